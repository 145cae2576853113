#include "importers/bods_rules.h"

#include <string.h>

#define NEEDED AT_BODS_NEEDED
#define MANY AT_BODS_MANY
#define MINOR AT_BODS_MINOR
#define END \
    { .key = NULL }

const char *const at_bods_record_types[] = {"entity", "person", "relationship", NULL};
const char *const at_bods_record_statuses[] = {"new", "updated", "closed", NULL};
const char *const at_bods_interest_types[] = {"shareholding",
                                              "votingRights",
                                              "appointmentOfBoard",
                                              "otherInfluenceOrControl",
                                              "seniorManagingOfficial",
                                              "settlor",
                                              "trustee",
                                              "protector",
                                              "beneficiaryOfLegalArrangement",
                                              "rightsToSurplusAssetsOnDissolution",
                                              "rightsToProfitOrIncome",
                                              "rightsGrantedByContract",
                                              "conditionalRightsGrantedByContract",
                                              "controlViaCompanyRulesOrArticles",
                                              "controlByLegalFramework",
                                              "boardMember",
                                              "boardChair",
                                              "unknownInterest",
                                              "unpublishedInterest",
                                              "enjoymentAndUseOfAssets",
                                              "rightToProfitOrIncomeFromAssets",
                                              "nominee",
                                              "nominator",
                                              NULL};

static const char *const reasons[] = {"noBeneficialOwners",
                                      "subjectUnableToConfirmOrIdentifyBeneficialOwner",
                                      "interestedPartyHasNotProvidedInformation",
                                      "subjectExemptFromDisclosure",
                                      "interestedPartyExemptFromDisclosure",
                                      "unknown",
                                      "informationUnknownToPublisher",
                                      NULL};
static const char *const motivations[] = {"commenting", "correcting",     "identifying",
                                          "linking",    "transformation", NULL};
static const char *const source_types[] = {"selfDeclaration", "officialRegister", "thirdParty",
                                           "primaryResearch", "verified",         NULL};
static const char *const entity_types[] = {
    "registeredEntity", "legalEntity", "arrangement", "anonymousEntity",
    "unknownEntity",    "state",       "stateBody",   NULL};
static const char *const entity_subtypes[] = {
    "governmentDepartment", "stateAgency", "other", "trust", "nomination", NULL};
static const char *const person_types[] = {"anonymousPerson", "unknownPerson", "knownPerson", NULL};
static const char *const name_types[] = {
    "legal", "translation", "transliteration", "former", "alternative", "birth", NULL};
static const char *const entity_addresses[] = {"registered", "business", "alternative", NULL};
static const char *const person_addresses[] = {"residence", "service", "alternative", NULL};
static const char *const birth_addresses[] = {"placeOfBirth", NULL};
static const char *const exposures[] = {"isPep", "isNotPep", "unknown", NULL};
static const char *const security_schemes[] = {"isin", "figi", "cusip", "cins", NULL};
static const char *const directions[] = {"direct", "indirect", "unknown", NULL};

/* --- Between the members of an object --------------------------------------------------------- */

static at_status check_one_of(const at_bods *statement, const at_json_value *object,
                              const char *first, const char *second, at_error *err) {
    if (at_json_get(object, first) != NULL || at_json_get(object, second) != NULL)
        return AT_OK;
    return at_bods_fail(statement, err, object, "E-BODS-MISSING",
                        "\"%s\" and \"%s\" are both missing", first, second);
}

static at_status check_identifier(const at_bods *statement, const at_json_value *identifier,
                                  at_error *err) {
    return check_one_of(statement, identifier, "scheme", "schemeName", err);
}

static at_status check_publisher(const at_bods *statement, const at_json_value *publisher,
                                 at_error *err) {
    return check_one_of(statement, publisher, "name", "url", err);
}

static at_status check_annotation(const at_bods *statement, const at_json_value *annotation,
                                  at_error *err) {
    const char *motivation = at_json_text(at_json_get(annotation, "motivation"));
    if (at_text_equal(motivation, "linking") && at_json_get(annotation, "url") == NULL)
        return at_bods_fail(statement, err, annotation, "E-BODS-MISSING", "\"url\" is missing");
    const at_json_value *content = at_json_get(annotation, "transformedContent");
    if (content == NULL || at_text_equal(motivation, "transformation") ||
        at_text_equal(at_json_text(content), ""))
        return AT_OK;
    return at_bods_fail(statement, err, content, "E-BODS-RULE",
                        "\"transformedContent\" belongs to the motivation \"transformation\"");
}

/* Which subtypes go with a type of entity (schema: entityType, allOf). */
static at_status check_entity_type(const at_bods *statement, const at_json_value *object,
                                   at_error *err) {
    static const struct {
        const char *type, *subtypes[4];
    } rows[] = {
        {"arrangement", {"trust", "nomination", "other"}},
        {"legalEntity", {"trust", "other"}},
        {"stateBody", {"governmentDepartment", "stateAgency", "other"}},
    };
    static const char *const other[] = {"other", NULL};
    const at_json_value *value = at_json_get(object, "subtype");
    const char *type = at_json_text(at_json_get(object, "type"));
    const char *const *allowed = other;
    if (value == NULL)
        return AT_OK;
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        if (at_text_equal(type, rows[i].type))
            allowed = rows[i].subtypes;
    if (at_word_find(allowed, at_json_text(value)) >= 0)
        return AT_OK;
    return at_bods_fail(statement, err, value, "E-BODS-WORD", "a \"%s\" cannot be a \"%s\"", type,
                        at_json_text(value));
}

at_status at_bods_components_rule(const at_bods *statement, at_error *err) {
    const at_json_value *components = at_json_get(statement->details, "componentRecords");
    if (at_json_type_of(at_json_get(statement->details, "isComponent")) != AT_JSON_TRUE ||
        at_json_count(components) == 0)
        return AT_OK;
    return at_bods_fail(statement, err, components, "E-BODS-RULE",
                        "a component of another relationship cannot have components");
}

/* --- Tables ----------------------------------------------------------------------------------- */

static const at_bods_rule country_rules[] = {
    {.key = "name", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "code", .form = AT_BODS_TEXT, .least = 2, .most = 2},
    END,
};
static const at_bods_rule jurisdiction_rules[] = {
    {.key = "name", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "code", .form = AT_BODS_TEXT, .least = 2, .most = 6},
    END,
};
#define ADDRESS(types)                                                                           \
    {                                                                                            \
        {.key = "type", .form = AT_BODS_WORD, .words = types},                                   \
            {.key = "address", .form = AT_BODS_TEXT}, {.key = "postCode", .form = AT_BODS_TEXT}, \
            {.key = "country", .form = AT_BODS_OBJECT, .members = country_rules}, END,           \
    }
static const at_bods_rule entity_address_rules[] = ADDRESS(entity_addresses);
static const at_bods_rule person_address_rules[] = ADDRESS(person_addresses);
static const at_bods_rule birth_address_rules[] = ADDRESS(birth_addresses);
static const at_bods_rule identifier_rules[] = {
    {.key = "id", .form = AT_BODS_TEXT},
    {.key = "scheme", .form = AT_BODS_TEXT},
    {.key = "schemeName", .form = AT_BODS_TEXT},
    {.key = "uri", .form = AT_BODS_URI, .flags = MINOR},
    END,
};
static const at_bods_rule unspecified_rules[] = {
    {.key = "reason", .form = AT_BODS_WORD, .flags = NEEDED, .words = reasons},
    {.key = "description", .form = AT_BODS_TEXT},
    END,
};
static const at_bods_rule agent_rules[] = {
    {.key = "name", .form = AT_BODS_TEXT},
    {.key = "uri", .form = AT_BODS_URI},
    END,
};
static const at_bods_rule source_rules[] = {
    {.key = "type", .form = AT_BODS_WORD, .flags = MANY, .words = source_types},
    {.key = "description", .form = AT_BODS_TEXT},
    {.key = "url", .form = AT_BODS_URI},
    {.key = "retrievedAt", .form = AT_BODS_MOMENT},
    {.key = "assertedBy", .form = AT_BODS_OBJECT, .flags = MANY, .members = agent_rules},
    END,
};
static const at_bods_rule publisher_rules[] = {
    {.key = "name", .form = AT_BODS_TEXT},
    {.key = "url", .form = AT_BODS_URI},
    END,
};
static const at_bods_rule publication_rules[] = {
    {.key = "publicationDate", .form = AT_BODS_MOMENT, .flags = NEEDED},
    {.key = "bodsVersion", .form = AT_BODS_VERSION, .flags = NEEDED},
    {.key = "license", .form = AT_BODS_URI},
    {.key = "publisher",
     .form = AT_BODS_OBJECT,
     .flags = NEEDED,
     .members = publisher_rules,
     .also = check_publisher},
    END,
};
static const at_bods_rule annotation_rules[] = {
    {.key = "motivation", .form = AT_BODS_WORD, .flags = NEEDED, .words = motivations},
    {.key = "statementPointerTarget", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "creationDate", .form = AT_BODS_MOMENT},
    {.key = "createdBy", .form = AT_BODS_OBJECT, .members = agent_rules},
    {.key = "description", .form = AT_BODS_TEXT},
    {.key = "transformedContent", .form = AT_BODS_TEXT},
    {.key = "url", .form = AT_BODS_URI},
    END,
};
const at_bods_rule at_bods_statement_rules[] = {
    {.key = "statementId", .form = AT_BODS_TEXT, .flags = NEEDED, .least = 32, .most = 64},
    {.key = "declarationSubject", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "recordId", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "recordType", .form = AT_BODS_WORD, .flags = NEEDED, .words = at_bods_record_types},
    {.key = "recordDetails", .form = AT_BODS_OBJECT, .flags = NEEDED},
    {.key = "statementDate", .form = AT_BODS_MOMENT, .flags = NEEDED},
    {.key = "recordStatus", .form = AT_BODS_WORD, .words = at_bods_record_statuses},
    {.key = "declaration", .form = AT_BODS_TEXT, .flags = MINOR},
    {.key = "annotations",
     .form = AT_BODS_OBJECT,
     .flags = MANY | MINOR,
     .members = annotation_rules,
     .also = check_annotation},
    {.key = "publicationDetails",
     .form = AT_BODS_OBJECT,
     .flags = MINOR,
     .members = publication_rules},
    {.key = "source", .form = AT_BODS_OBJECT, .flags = MINOR, .members = source_rules},
    END,
};

static const at_bods_rule entity_type_rules[] = {
    {.key = "type", .form = AT_BODS_WORD, .flags = NEEDED, .words = entity_types},
    {.key = "subtype", .form = AT_BODS_WORD, .words = entity_subtypes},
    {.key = "details", .form = AT_BODS_TEXT},
    END,
};
static const at_bods_rule security_rules[] = {
    {.key = "ticker", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "idScheme", .form = AT_BODS_WORD, .words = security_schemes},
    {.key = "id", .form = AT_BODS_TEXT},
    END,
};
static const at_bods_rule market_rules[] = {
    {.key = "stockExchangeJurisdiction",
     .form = AT_BODS_TEXT,
     .flags = NEEDED,
     .least = 2,
     .most = 6},
    {.key = "security", .form = AT_BODS_OBJECT, .flags = NEEDED, .members = security_rules},
    {.key = "stockExchangeName", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "marketIdentifierCode", .form = AT_BODS_TEXT},
    {.key = "operatingMarketIdentifierCode", .form = AT_BODS_TEXT},
    END,
};
static const at_bods_rule listing_rules[] = {
    {.key = "hasPublicListing", .form = AT_BODS_FLAG, .flags = NEEDED},
    {.key = "companyFilingsURLs", .form = AT_BODS_URI, .flags = MANY},
    {.key = "securitiesListings", .form = AT_BODS_OBJECT, .flags = MANY, .members = market_rules},
    END,
};
static const at_bods_rule statute_rules[] = {
    {.key = "name", .form = AT_BODS_TEXT},
    {.key = "date", .form = AT_BODS_DATE},
    END,
};
static const at_bods_rule entity_rules[] = {
    {.key = "isComponent", .form = AT_BODS_FLAG, .flags = NEEDED},
    {.key = "entityType",
     .form = AT_BODS_OBJECT,
     .flags = NEEDED,
     .members = entity_type_rules,
     .also = check_entity_type},
    {.key = "unspecifiedEntityDetails", .form = AT_BODS_OBJECT, .members = unspecified_rules},
    {.key = "name", .form = AT_BODS_TEXT},
    {.key = "alternateNames", .form = AT_BODS_TEXT, .flags = MANY},
    {.key = "jurisdiction", .form = AT_BODS_OBJECT, .members = jurisdiction_rules},
    {.key = "identifiers",
     .form = AT_BODS_OBJECT,
     .flags = MANY,
     .members = identifier_rules,
     .also = check_identifier},
    {.key = "foundingDate", .form = AT_BODS_DATE},
    {.key = "dissolutionDate", .form = AT_BODS_DATE},
    {.key = "addresses", .form = AT_BODS_OBJECT, .flags = MANY, .members = entity_address_rules},
    {.key = "uri", .form = AT_BODS_URI, .flags = MINOR},
    {.key = "publicListing", .form = AT_BODS_OBJECT, .flags = MINOR, .members = listing_rules},
    {.key = "formedByStatute", .form = AT_BODS_OBJECT, .flags = MINOR, .members = statute_rules},
    END,
};

static const at_bods_rule name_rules[] = {
    {.key = "fullName", .form = AT_BODS_TEXT, .flags = NEEDED},
    {.key = "type", .form = AT_BODS_WORD, .words = name_types},
    {.key = "familyName", .form = AT_BODS_TEXT},
    {.key = "givenName", .form = AT_BODS_TEXT},
    {.key = "patronymicName", .form = AT_BODS_TEXT},
    END,
};
static const at_bods_rule exposure_details_rules[] = {
    {.key = "reason", .form = AT_BODS_TEXT},
    {.key = "missingInfoReason", .form = AT_BODS_TEXT},
    {.key = "jurisdiction", .form = AT_BODS_OBJECT, .members = jurisdiction_rules},
    {.key = "startDate", .form = AT_BODS_DATE},
    {.key = "endDate", .form = AT_BODS_DATE},
    {.key = "source", .form = AT_BODS_OBJECT, .members = source_rules},
    END,
};
static const at_bods_rule exposure_rules[] = {
    {.key = "status", .form = AT_BODS_WORD, .flags = NEEDED, .words = exposures},
    {.key = "details", .form = AT_BODS_OBJECT, .flags = MANY, .members = exposure_details_rules},
    END,
};
static const at_bods_rule person_rules[] = {
    {.key = "personType", .form = AT_BODS_WORD, .flags = NEEDED, .words = person_types},
    {.key = "isComponent", .form = AT_BODS_FLAG, .flags = NEEDED},
    {.key = "unspecifiedPersonDetails", .form = AT_BODS_OBJECT, .members = unspecified_rules},
    {.key = "names", .form = AT_BODS_OBJECT, .flags = MANY, .members = name_rules},
    {.key = "identifiers",
     .form = AT_BODS_OBJECT,
     .flags = MANY,
     .members = identifier_rules,
     .also = check_identifier},
    {.key = "nationalities", .form = AT_BODS_OBJECT, .flags = MANY, .members = country_rules},
    {.key = "placeOfBirth", .form = AT_BODS_OBJECT, .members = birth_address_rules},
    {.key = "birthDate", .form = AT_BODS_PARTIAL_DATE},
    {.key = "deathDate", .form = AT_BODS_PARTIAL_DATE},
    {.key = "taxResidencies", .form = AT_BODS_OBJECT, .flags = MANY, .members = country_rules},
    {.key = "addresses", .form = AT_BODS_OBJECT, .flags = MANY, .members = person_address_rules},
    {.key = "politicalExposure", .form = AT_BODS_OBJECT, .flags = MINOR, .members = exposure_rules},
    END,
};

static const at_bods_rule share_rules[] = {
    {.key = "exact", .form = AT_BODS_PERCENT},
    {.key = "maximum", .form = AT_BODS_PERCENT},
    {.key = "minimum", .form = AT_BODS_PERCENT},
    {.key = "exclusiveMinimum", .form = AT_BODS_PERCENT},
    {.key = "exclusiveMaximum", .form = AT_BODS_PERCENT},
    END,
};
static const at_bods_rule interest_rules[] = {
    {.key = "type", .form = AT_BODS_WORD, .words = at_bods_interest_types},
    {.key = "directOrIndirect", .form = AT_BODS_WORD, .words = directions},
    {.key = "beneficialOwnershipOrControl", .form = AT_BODS_FLAG},
    {.key = "details", .form = AT_BODS_TEXT},
    {.key = "share", .form = AT_BODS_OBJECT, .members = share_rules},
    {.key = "startDate", .form = AT_BODS_DATE},
    {.key = "endDate", .form = AT_BODS_DATE},
    END,
};
static const at_bods_rule relationship_rules[] = {
    {.key = "isComponent", .form = AT_BODS_FLAG, .flags = NEEDED},
    {.key = "componentRecords", .form = AT_BODS_TEXT, .flags = MANY},
    {.key = "subject", .form = AT_BODS_RECORD, .flags = NEEDED, .members = unspecified_rules},
    {.key = "interestedParty",
     .form = AT_BODS_RECORD,
     .flags = NEEDED,
     .members = unspecified_rules},
    {.key = "interests", .form = AT_BODS_OBJECT, .flags = MANY, .members = interest_rules},
    END,
};

const at_bods_rule *const at_bods_details_rules[] = {entity_rules, person_rules,
                                                     relationship_rules};
