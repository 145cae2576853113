/* complete_script.c: the few lines a shell needs; what to offer it asks the program. */
#include "engine/cli/complete.h"

#include <string.h>

static const char bash[] =
    "# bash: put into ~/.local/share/bash-completion/completions/assettrace, or source it.\n"
    "_assettrace() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} cur candidate\n"
    "    local -a words\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=(\"\")\n"
    "    cur=${words[${#words[@]} - 1]}\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r candidate _; do\n"
    "        # bash breaks words at '=' and replaces what follows it.\n"
    "        COMPREPLY+=(\"${candidate#\"${cur%\"${cur##*=}\"}\"}\")\n"
    "        [[ $candidate == *= ]] && compopt -o nospace 2>/dev/null\n"
    "    done < <(\"$1\" completion words -- \"${words[@]:1}\" 2>/dev/null)\n"
    "    return 0\n"
    "}\n"
    "complete -o bashdefault -o default -F _assettrace assettrace\n";

static const char zsh[] =
    "#compdef assettrace\n"
    "# zsh: put into a folder of $fpath as _assettrace.\n"
    "_assettrace() {\n"
    "    local line\n"
    "    local -a names texts open_names open_texts\n"
    "    for line in \"${(@f)$(\"${words[1]}\" completion words -- \"${(@)words[2,CURRENT]}\" "
    "2>/dev/null)}\"; do\n"
    "        [[ -n $line ]] || continue\n"
    "        if [[ ${line%%$'\\t'*} == *= ]]; then\n"
    "            open_names+=(\"${line%%$'\\t'*}\")\n"
    "            open_texts+=(\"${line/$'\\t'/  }\")\n"
    "        else\n"
    "            names+=(\"${line%%$'\\t'*}\")\n"
    "            texts+=(\"${line/$'\\t'/  }\")\n"
    "        fi\n"
    "    done\n"
    "    if (( $#names + $#open_names )); then\n"
    "        compadd -l -d texts -a names\n"
    "        compadd -l -S '' -d open_texts -a open_names\n"
    "    else\n"
    "        _files\n"
    "    fi\n"
    "}\n"
    "if [[ $funcstack[1] == _assettrace ]]; then\n"
    "    _assettrace \"$@\"\n"
    "else\n"
    "    compdef _assettrace assettrace\n"
    "fi\n";

static const char fish[] = "# fish: put into ~/.config/fish/completions/assettrace.fish.\n"
                           "function __assettrace_words\n"
                           "    set -l words (commandline -opc) (commandline -ct)\n"
                           "    $words[1] completion words -- $words[2..-1] 2>/dev/null\n"
                           "end\n"
                           "complete -c assettrace -n 'test (count (__assettrace_words)) -gt 0' -f "
                           "-a '(__assettrace_words)'\n";

const char *at_complete_script(const char *shell) {
    static const struct {
        const char *shell, *script;
    } rows[] = {{"bash", bash}, {"fish", fish}, {"zsh", zsh}};
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        if (strcmp(rows[i].shell, shell) == 0)
            return rows[i].script;
    return NULL;
}
