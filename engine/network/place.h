/**
 * place.h - evidence of activity in countries.
 *
 * An evidence row says: this entity was active in this country, in this way, says this record. The
 * entity of an account is its holder, of an asset its owner (the thing itself when none is known;
 * each of several). Registration is a party's countries; an account's country is its institution's,
 * else its IBAN's; a transaction is in both accounts' countries, and concerns both entities. No
 * country is evidence of none.
 *
 * Window: registration has no time; an account, and an asset through its holding, counts when its
 *         period touches the window; a transaction when it lies in it and is large enough.
 * Source: specification "analysis" J1; specification "records" (activity in a country).
 */
#ifndef ASSETTRACE_NETWORK_PLACE_H
#define ASSETTRACE_NETWORK_PLACE_H

#include "engine/network/graph.h"

typedef enum at_activity {
    AT_REGISTRATION,
    AT_ACCOUNT_THERE,
    AT_ASSET_THERE,
    AT_TRANSACTION,
    AT_ACTIVITY_COUNT
} at_activity;
#define AT_ALL_ACTIVITIES 15u
const char *at_activity_text(at_activity activity); /* "registration", "account", ... */

/* Several transfers of one account in one country are one row. */
typedef struct at_evidence {
    uint32_t entity; /* member */
    char country[3];
    at_activity activity;
    uint32_t about; /* member: the party, account or asset that gives it */
    at_record_id record;
    at_record_id
        record_in;  /* 0, or what else must be read for it: the other account, the holding */
    uint32_t count; /* transactions */
} at_evidence;

typedef struct at_places {
    const at_evidence *rows; /* by (entity, country, activity, about) */
    size_t row_count;
    const uint32_t *start;    /* by member, member_count + 1 */
    const char (*country)[3]; /* by member: what an account or asset itself shows, "" = none */
    /* Holders and owners of an account or asset: owners[owner_start[m] .. owner_start[m + 1]),
     * ascending; none for a party. The entity is the first of them, else the member itself. */
    const uint32_t *owner_start, *owners;
    const uint32_t *entity;
} at_places;

/** @param activities  bits of at_activity that count */
AT_CHECKED at_status at_places_find(at_places *out, const at_graph *graph, const at_facts *facts,
                                    unsigned activities, at_arena *arena, at_error *err);

/** The first row of a member in a country, or NULL. */
const at_evidence *at_places_in(const at_places *places, uint32_t member, const char *country);

/**
 * "AZ,IR": the countries of an entity, or of an account or asset itself. NULL when there is none.
 */
AT_CHECKED at_status at_places_text(const char **out, const at_places *places, uint32_t member,
                                    at_arena *arena, at_error *err);

/** The country of a valid IBAN (ISO 13616 check digits), or false. */
bool at_iban_country(char out[3], const char *text);

#endif
