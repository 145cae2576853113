# Goal: no job of spec/performance.md is forgotten.
# Method: those that have no figure here, and why.
. "$(dirname "$0")/lib.sh"
section 'Not measured'
head_of what 'clock, s' why
echo '| name matching, a pair and 1 M x 1 M | not measured | the matcher is not there yet |'
echo '| hops by SQL (DuckDB, SQLite, PostgreSQL), Kuzu | not measured | no script asks them yet |'
