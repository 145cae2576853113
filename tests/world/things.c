/* things.c: parties, accounts and assets as one graph, and who holds it together. */
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

enum { EDGES_MAX = 16384 };
static int thing_count, edge_count;
static int ends[EDGES_MAX][2];
static const wm_world *current;

int party_thing(const wm_world *w, int party) {
    (void)w;
    return party;
}

int account_thing(const wm_world *w, int account) {
    return w->party_count + account;
}

int asset_thing(const wm_world *w, int asset) {
    return w->party_count + w->account_count + asset;
}

/* A thing with several ids is shown by the smallest. */
const char *thing_id(const wm_world *w, int thing) {
    if (thing >= w->party_count + w->account_count)
        return w->assets[thing - w->party_count - w->account_count].id;
    if (thing >= w->party_count)
        return w->accounts[thing - w->party_count].iban;
    const wm_party *of = &w->parties[thing];
    const char *ids[3] = {of->register_id, of->customer_id[0], of->customer_id[1]}, *best = "";
    for (int i = 0; i < 3; i++)
        if (ids[i][0] && (!best[0] || strcmp(ids[i], best) < 0))
            best = ids[i];
    return best;
}

static int node_thing(const wm_world *w, int node) {
    return is_asset(node) ? asset_thing(w, node - ASSET_NODE) : account_thing(w, node);
}

static void join(int a, int b) {
    if (a == b)
        return;
    for (int i = 0; i < edge_count; i++)
        if ((ends[i][0] == a && ends[i][1] == b) || (ends[i][0] == b && ends[i][1] == a))
            return;
    if (edge_count == EDGES_MAX)
        die("too many ties");
    ends[edge_count][0] = a;
    ends[edge_count++][1] = b;
}

void graph_make(const wm_world *w) {
    current = w;
    edge_count = 0;
    thing_count = w->party_count + w->account_count + ASSETS;
    for (int i = 0; i < w->account_count; i++)
        if (w->accounts[i].holder != NONE)
            join(account_thing(w, i), party_thing(w, w->accounts[i].holder));
    for (int i = 0; i < w->stake_count; i++)
        join(w->stakes[i].owner, w->stakes[i].owned);
    for (int i = 0; i < w->tie_count; i++)
        join(w->ties[i].a, w->ties[i].b);
    for (int i = 0; i < ASSETS; i++) {
        join(asset_thing(w, i), w->assets[i].owner);
        if (w->assets[i].former != NONE)
            join(asset_thing(w, i), w->assets[i].former);
    }
    for (int i = 0; i < w->payment_count; i++) {
        const wm_payment *of = &w->payments[i];
        if (of->from != NONE && of->to != NONE && !(of->how & APART))
            join(node_thing(w, of->from), node_thing(w, of->to));
    }
}

static bool is_hub(const wm_world *w, int thing) {
    return thing == account_thing(w, w->hub[0]) || thing == account_thing(w, w->hub[1]);
}

/* Half way between the busiest ordinary thing and the less busy utility. */
int hub_degree(const wm_world *w) {
    static int degree[THINGS_MAX];
    int ordinary = 0, hub = EDGES_MAX;
    memset(degree, 0, sizeof degree);
    for (int i = 0; i < edge_count; i++) {
        degree[ends[i][0]]++;
        degree[ends[i][1]]++;
    }
    for (int i = 0; i < thing_count; i++) {
        if (is_hub(w, i))
            hub = degree[i] < hub ? degree[i] : hub;
        else
            ordinary = degree[i] > ordinary ? degree[i] : ordinary;
    }
    if (ordinary + 4 > hub)
        die("the utilities do not stand out: %d ties against %d", hub, ordinary);
    return (ordinary + hub) / 2;
}

/* Distances from a thing over all edges but those of hubs and of `without`; -1 = not reached. */
static int reach(const wm_world *w, int from, int without, int distance[THINGS_MAX]) {
    static int queue[THINGS_MAX];
    int head = 0, tail = 0;
    memset(distance, -1, THINGS_MAX * sizeof *distance);
    distance[from] = 0;
    queue[tail++] = from;
    while (head < tail) {
        int at = queue[head++];
        for (int i = 0; i < edge_count; i++)
            for (int side = 0; side < 2; side++) {
                int to = ends[i][1 - side];
                bool open = ends[i][side] == at && distance[to] < 0 && to != without;
                if (open && !is_hub(w, to)) {
                    distance[to] = distance[at] + 1;
                    queue[tail++] = to;
                }
            }
    }
    return tail;
}

static int by_id(const void *a, const void *b) {
    return strcmp(thing_id(current, *(const int *)a), thing_id(current, *(const int *)b));
}

int graph_component(const wm_world *w, int thing, int things[THINGS_MAX]) {
    static int distance[THINGS_MAX];
    int count = 0;
    reach(w, thing, NONE, distance);
    for (int i = 0; i < thing_count; i++)
        if (distance[i] >= 0)
            things[count++] = i;
    qsort(things, (size_t)count, sizeof *things, by_id);
    return count;
}

/* Sum of s(s-1) over what is left of the network when one thing is taken out of it. */
static int64_t pairs_left(const wm_world *w, const wm_network *of, int without, int *parts) {
    static int distance[THINGS_MAX];
    static bool seen[THINGS_MAX];
    int64_t sum = 0;
    memset(seen, 0, sizeof seen);
    *parts = 0;
    for (int i = 0; i < of->count; i++) {
        int start = of->things[i];
        if (start == without || seen[start])
            continue;
        int64_t size = reach(w, start, without, distance);
        for (int k = 0; k < thing_count; k++)
            seen[k] = seen[k] || distance[k] >= 0;
        sum += size * (size - 1);
        ++*parts;
    }
    return sum;
}

void network_make(const wm_world *w, wm_network *out) {
    static int distance[THINGS_MAX];
    *out = (wm_network){.key = NONE};
    out->count = graph_component(w, party_thing(w, w->broker), out->things);
    int64_t all = (int64_t)out->count * (out->count - 1), best = all + 1;
    bool tie = false;
    for (int i = 0; i < out->count; i++) {
        int parts;
        int64_t left = pairs_left(w, out, out->things[i], &parts);
        if (parts > 1)
            out->cuts[out->cut_count++] = out->things[i];
        tie = left == best || (tie && left > best);
        if (left < best) {
            best = left;
            out->key = out->things[i];
        }
    }
    if (out->key != party_thing(w, w->broker) || tie)
        die("the broker does not hold the network together");
    out->fragmentation = reduced(all - best, all);
    reach(w, out->key, NONE, distance);
    for (int i = 0; i < thing_count; i++)
        out->hops = distance[i] > out->hops ? distance[i] : out->hops;
}
