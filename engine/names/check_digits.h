/**
 * check_digits.h - check digits of registers, over texts of ASCII digits and capitals.
 *
 * Each answers false for a text of the wrong length or with other characters.
 * Sources: ISO 7064 MOD 97-10 (IBAN, LEI); ISO/IEC 7812-1 annex B (Luhn); ISO 6166 (ISIN); 49 CFR
 * 565.15 (VIN); IMO resolutions A.1117(30) and MSC.160(78); the orders of the tax services of
 * Russia on INN and OGRN; the published algorithms of Iran's code melli and shenase melli.
 */
#ifndef ASSETTRACE_NAMES_CHECK_DIGITS_H
#define ASSETTRACE_NAMES_CHECK_DIGITS_H

#include <stdbool.h>

/** Exactly `count` digits. */
bool at_is_digits(const char *text, int count);

bool at_check_mod_97(const char *text);         /* digits and capitals, remainder 1 */
bool at_check_luhn(const char *digits);         /* any length from 2 */
bool at_check_lei(const char *text);            /* 20: 18 alphanumeric, 2 digits */
bool at_check_isin(const char *text);           /* 12: country, 9 alphanumeric, digit */
bool at_check_imo_ship(const char *digits);     /* 7 */
bool at_check_imo_company(const char *digits);  /* 7 */
bool at_check_iran_person(const char *digits);  /* 10; repeated digits pass when their sum does */
bool at_check_iran_company(const char *digits); /* 11 */
bool at_check_inn(const char *digits);          /* 10 or 12 */
bool at_check_ogrn(const char *digits);         /* 13, or 15 for OGRNIP */
bool at_check_voen(const char *digits);         /* 10, the last 1 or 2 */

bool at_is_vin(const char *text);    /* 17 without I, O, Q */
bool at_check_vin(const char *text); /* and its ninth character is right */

#endif
