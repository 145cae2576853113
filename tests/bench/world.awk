# world.awk - a store's worth of invented files, and cases about them: the same bytes from the same
# seed in every awk (whole numbers below 2^53, no rand).
#
#   awk -v what=ledger|accounts|parties|ownership|assets|identifiers|links|events
#       [-v transfers=100000] [-v seed=1] -f world.awk >FILE
#   awk -v what=cases -v folder=DIR [-v cases=200] [-v envelope=auto] ... -f world.awk
#
# For every hundred transfers there are five accounts, two persons, a company and half an asset.
# Accounts lie in groups of fifty: nine transfers in ten stay in the group, most others go to the
# next one, one in fifty goes to one of five accounts that everybody uses.

function draw(below) {
    state = (state * 16807) % 2147483647
    return state % below
}

function stamp(n,    day) {
    day = int(n * 700 / transfers) # of 2023 and 2024, in months of 28 days
    return sprintf("%d-%02d-%02dT%02d:%02d:%02dZ", 2023 + int(day / 336), 1 + int(day / 28) % 12,
        1 + day % 28, draw(24), draw(60), draw(60))
}

function day_of(n) {
    return sprintf("%d-%02d-%02d", 2010 + n % 12, 1 + int(n / 12) % 12, 1 + n % 28)
}

function partner(from,    near, group) {
    near = draw(50)
    group = from - from % 50
    if (near == 0)
        return draw(5)
    return near < 5 ? (group + 50 + draw(50)) % accounts : (group + draw(50)) % accounts
}

function ledger(    i, from, to) {
    print "id,time,from,to,amount,currency,fee,reverses"
    for (i = 1; i <= transfers; i++) {
        from = draw(accounts)
        to = partner(from)
        if (to == from)
            to = (from + 1) % accounts
        printf "T%d,%s,A%d,A%d,%d.%02d,EUR,%s,\n", i, stamp(i), from, to, 1 + draw(5000),
            draw(100), draw(20) ? "" : "1.50"
    }
}

function account_list(    i) {
    print "id,kind,opening,currency,holder_id,country"
    for (i = 0; i < accounts; i++)
        printf "A%d,account,%d.00,EUR,%s,%s\n", i, draw(20000), holder(i), country[draw(6)]
}

function holder(i) {
    return i % 4 == 3 ? "C" draw(companies) : "P" draw(persons)
}

function parties(    i) {
    print "id,type,name,birth,country,registration"
    for (i = 0; i < persons; i++)
        printf "P%d,person,%s %s,%s,%s,\n", i, first[draw(8)], last[draw(8)] " " i,
            1940 + draw(60) substr(day_of(draw(336)), 5), country[draw(6)]
    for (i = 0; i < companies; i++)
        printf "C%d,company,%s Trading %d,,%s,%d\n", i, last[draw(8)], i, country[draw(6)],
            1000000 + i
}

# Shares of a company end at persons within a few steps; some go in circles.
function ownership(    i, k, parts) {
    print "owner,owned,share,kind,since,until"
    for (i = 0; i < companies; i++) {
        parts = 1 + draw(4)
        for (k = 0; k < parts; k++)
            printf "%s,C%d,1/%d,capital,%s,\n", draw(3) ? "P" draw(persons) : "C" draw(companies),
                i, parts + draw(2), day_of(draw(336))
        printf "P%d,C%d,,director,%s,%s\n", draw(persons), i, day_of(draw(336)),
            draw(4) ? "" : "2022-06-30"
    }
}

function assets(    i, kind) {
    print "id,type,description,country,value,currency,valued_on,owner,share,since,until"
    for (i = 0; i < transfers / 200; i++) {
        kind = draw(3)
        printf "X%d,%s,%s %d,%s,%d.00,EUR,2022-01-01,%s,1/%d,%s,\n", i,
            kind ? kind == 1 ? "land" : "vehicle" : "vessel",
            kind ? kind == 1 ? "Plot" : "Truck" : "Ship", i, country[draw(6)], draw(2000000),
            draw(2) ? "C" draw(companies) : "P" draw(persons), 1 + draw(2), day_of(draw(336))
    }
}

function identifiers(    i) {
    print "kind,of,type,text,country"
    for (i = 0; i < persons; i++)
        printf "party,P%d,phone,+98 912 %07d,\n", i, draw(persons * 3)
}

function links(    i) {
    print "a_kind,a,kind,b_kind,b,since"
    for (i = 0; i < persons / 4; i++)
        printf "party,P%d,%s,party,P%d,%s\n", draw(persons), draw(2) ? "relative" : "associate",
            draw(persons), day_of(draw(336))
}

function events(    i) {
    print "id,kind,things,time,place,country,amount,unit,text"
    for (i = 0; i < persons / 4; i++)
        printf "E%d,%s,P%d;P%d,%s,Port %d,%s,,,\n", i, draw(2) ? "meeting" : "crossing",
            draw(persons), draw(persons), stamp(1 + draw(transfers)), draw(9), country[draw(6)]
}

function source(label) {
    return sprintf("{\"label\":\"%s\",\"transfer\":\"T%d\"}", label,
        1 + int(transfers * 0.6) + draw(int(transfers * 0.4)))
}

# One question of kind `n`.
function question(n) {
    if (n == 0)
        return "{\"id\":\"q1\",\"ask\":\"network\",\"of\":\"s1\",\"hops\":2,\"max_nodes\":200}," \
            "{\"id\":\"q2\",\"ask\":\"assets_of\",\"of\":\"s1\"}"
    if (n == 1 || n == 6)
        return sprintf("{\"id\":\"q1\",\"ask\":\"trace\",\"sources\":[%s,%s],\"method\":[%s]," \
            "\"envelope\":\"%s\",\"limit\":500}", source("L1"), source("L2"),
            n == 1 ? "\"fifo\",\"libr\"" : "\"prorata\",\"lifo\"", envelope)
    if (n == 2)
        return "{\"id\":\"q1\",\"ask\":\"timeline\",\"of\":\"s1\"}," \
            "{\"id\":\"q2\",\"ask\":\"accounts_of\",\"of\":\"s1\"}"
    if (n == 3)
        return "{\"id\":\"q1\",\"ask\":\"reconcile\",\"of\":\"s2\"}"
    if (n == 4)
        return sprintf("{\"id\":\"q1\",\"ask\":\"money_paths\",\"from\":\"s2\",\"to\":\"A%d\"}",
            draw(accounts))
    if (n == 5)
        return sprintf("{\"id\":\"q1\",\"ask\":\"networks\",\"active_in\":[\"%s\",\"%s\"]," \
            "\"window\":{\"since\":\"2023-%02d-01\",\"until\":\"2023-%02d-03\"}}", country[0],
            country[1 + draw(5)], 1 + draw(6), 7 + draw(6))
    if (n == 7)
        return sprintf("{\"id\":\"q1\",\"ask\":\"owners_of\",\"of\":\"C%d\"}," \
            "{\"id\":\"q2\",\"ask\":\"ownership_chain\",\"of\":\"C%d\"}", draw(companies),
            draw(companies))
    if (n == 8)
        return sprintf("{\"id\":\"q1\",\"ask\":\"asset_history\",\"of\":\"X%d\"}," \
            "{\"id\":\"q2\",\"ask\":\"shared_details\",\"of\":\"s1\"}," \
            "{\"id\":\"q3\",\"ask\":\"listings\"}", draw(transfers / 200))
    return sprintf("{\"id\":\"q1\",\"ask\":\"trace_transfers\",\"sources\":[%s]," \
        "\"method\":[\"fifo\"],\"envelope\":\"none\",\"limit\":200}," \
        "{\"id\":\"q2\",\"ask\":\"network_ties\",\"of\":\"s1\",\"hops\":1}", source("L"))
}

function case_files(    i, file) {
    for (i = 0; i < cases; i++) {
        file = sprintf("%s/c%03d.json", folder, i)
        printf "{\"schema\":\"assettrace/case/1\",\"id\":\"made-%03d\",\"purpose\":\"test\"," \
            "\"legal_basis\":\"none\",\n \"subjects\":[{\"ref\":\"s1\",\"id\":\"P%d\"}," \
            "{\"ref\":\"s2\",\"id\":\"A%d\"}],\n \"questions\":[%s]}\n", i, draw(persons),
            draw(accounts), question(i % 10) >file
        close(file)
    }
}

BEGIN {
    transfers = transfers ? transfers : 100000
    cases = cases ? cases : 200
    envelope = envelope ? envelope : "auto"
    accounts = int(transfers / 20)
    persons = int(transfers / 50)
    companies = int(transfers / 100)
    split("Reza Leyla Ivan Maryam Samir Nigar Oleg Zahra", names, " ")
    split("Karimi Aliyev Petrov Haddad Hosseini Mammadova Volkov Nouri", families, " ")
    split("IR AZ RU TR AE GE", codes, " ")
    for (i = 0; i < 8; i++) {
        first[i] = names[i + 1]
        last[i] = families[i + 1]
    }
    for (i = 0; i < 6; i++)
        country[i] = codes[i + 1]
    state = (seed ? seed : 1) * 7919 + length(what) * 104729
    if (what == "ledger") ledger()
    else if (what == "accounts") account_list()
    else if (what == "parties") parties()
    else if (what == "ownership") ownership()
    else if (what == "assets") assets()
    else if (what == "identifiers") identifiers()
    else if (what == "links") links()
    else if (what == "events") events()
    else if (what == "cases") case_files()
    else exit 2
}
