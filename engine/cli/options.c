#include "engine/cli/options.h"
#include "engine/jobs/ask.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

/* getopt_long's own form of the options in force. */
enum { OPTIONS_MAX = 64, LETTERS_BYTES = 2 * OPTIONS_MAX + 3, VALUE_BASE = 256 };

typedef struct option_set {
    const at_option *options[OPTIONS_MAX];
    struct option forms[OPTIONS_MAX + 1];
    char letters[LETTERS_BYTES];
    size_t count;
} option_set;

static void add_option(void *self, const at_option *option) {
    option_set *set = self;
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->options[i]->name, option->name) == 0)
            return; /* a command's own words for a shared option stand */
    assert(set->count < OPTIONS_MAX);
    set->options[set->count] = option;
    set->forms[set->count] =
        (struct option){option->name, option->argument ? required_argument : no_argument, NULL,
                        VALUE_BASE + (int)set->count};
    set->count++;
    if (!option->letter)
        return;
    size_t end = strlen(set->letters);
    set->letters[end++] = option->letter;
    if (option->argument)
        set->letters[end] = ':';
}

/* Which option getopt's answer means; NULL for '?' and ':'. */
static const at_option *option_of(const option_set *set, int answer) {
    if (answer >= VALUE_BASE)
        return set->options[answer - VALUE_BASE];
    for (size_t i = 0; i < set->count; i++)
        if (set->options[i]->letter && set->options[i]->letter == answer)
            return set->options[i];
    return NULL;
}

static at_status unknown_option(const option_set *set, int answer, char **argv, at_error *err) {
    const char *text = argv[optind > 0 ? optind - 1 : 0];
    const at_option *known = optopt ? option_of(set, optopt) : NULL;
    if (answer == ':' && known)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "option \"--%s\" wants %s", known->name,
                       known->argument);
    if (known && known->name && strncmp(text, "--", 2) == 0)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "option \"--%s\" takes no value",
                       known->name);
    if (optopt && strncmp(text, "--", 2) != 0) {
        at_fail(err, AT_USAGE, "E-CLI-OPTION", "there is no option \"-%c\" here", optopt);
        return AT_USAGE;
    }
    char word[64] = "";
    size_t length = strcspn(text, "=");
    if (length >= sizeof word)
        length = sizeof word - 1;
    memcpy(word, text, length);
    const char *names[OPTIONS_MAX + 1] = {0}, *begun[2] = {0};
    size_t begun_count = 0;
    for (size_t i = 0; i < set->count; i++) {
        names[i] = set->options[i]->name;
        if (length > 2 && strncmp(names[i], word + 2, length - 2) == 0 && begun_count++ < 2)
            begun[begun_count - 1] = names[i];
    }
    if (begun_count > 1) {
        at_fail(err, AT_USAGE, "E-CLI-OPTION", "\"%s\" is the beginning of several options", word);
        at_hint(err, "Say --%s or --%s%s.", begun[0], begun[1], begun_count > 2 ? ", or more" : "");
        return AT_USAGE;
    }
    at_fail(err, AT_USAGE, "E-CLI-OPTION", "there is no option \"%s\" here", word);
    const char *nearest = strlen(word) > 2 ? at_text_nearest(word + 2, names) : NULL;
    if (nearest)
        at_hint(err, "Did you mean --%s?", nearest);
    return AT_USAGE;
}

static at_status give(at_cli *cli, at_given *given, const at_option *option, const char *value,
                      at_error *err) {
    for (size_t i = 0; i < cli->given_count; i++)
        if (given[i].option == option && !option->repeat)
            return at_fail(err, AT_USAGE, "E-CLI-OPTION", "option \"--%s\" is given twice",
                           option->name);
    given[cli->given_count++] = (at_given){option, value};
    return AT_OK;
}

/* Options of argv into cli->given; words are moved behind them, the first is argv[optind] after. */
static at_status read_options(at_cli *cli, at_given *given, option_set *set, int argc, char **argv,
                              at_error *err) {
    opterr = 0;
    optind = 0; /* glibc: begin anew */
    optopt = 0;
    for (;;) {
        optopt = 0;
        const int answer = getopt_long(argc, argv, set->letters, set->forms, NULL);
        if (answer == -1)
            return AT_OK;
        const at_option *option = option_of(set, answer);
        if (!option)
            return unknown_option(set, answer, argv, err);
        AT_TRY(give(cli, given, option, optarg, err));
    }
}

static at_status choose_command(at_cli *cli, const char *name, at_error *err) {
    cli->command = at_command_find(name);
    if (cli->command)
        return AT_OK;
    const char *names[64] = {0};
    size_t count = 0;
    for (const at_command *command = at_commands; command->name && count + 1 < AT_COUNT(names);
         command++)
        names[count++] = command->name;
    at_fail(err, AT_USAGE, "E-CLI-COMMAND", "there is no command \"%s\"", name);
    const char *nearest = at_text_nearest(name, names);
    if (nearest)
        at_hint(err, "Did you mean `%s`?", nearest);
    else if (at_query_find(at_queries, name))
        at_hint(err, "It is a query: `assettrace ask %s`.", name);
    else
        at_hint(err, "`assettrace help` lists the commands.");
    return AT_USAGE;
}

static at_status choose_action(at_cli *cli, at_error *err) {
    const at_action *actions = cli->command->actions;
    const char *names[16] = {0};
    cli->action = actions;
    if (!actions[0].name[0] || at_cli_has(cli, "help"))
        return AT_OK;
    if (!cli->word_count) {
        if (cli->command->action_optional)
            return AT_OK;
        at_fail(err, AT_USAGE, "E-CLI-WORDS", "`%s` wants to know what to do", cli->command->name);
        at_hint(err, "`assettrace help %s` lists what it does.", cli->command->name);
        return AT_USAGE;
    }
    for (size_t i = 0; actions[i].name && i + 1 < AT_COUNT(names); i++) {
        names[i] = actions[i].name;
        if (strcmp(actions[i].name, cli->words[0]) != 0)
            continue;
        cli->action = &actions[i];
        cli->words++;
        cli->word_count--;
        return AT_OK;
    }
    at_fail(err, AT_USAGE, "E-CLI-WORDS", "`%s` cannot \"%s\"", cli->command->name, cli->words[0]);
    const char *nearest = at_text_nearest(cli->words[0], names);
    if (nearest)
        at_hint(err, "Did you mean `%s %s`?", cli->command->name, nearest);
    else
        at_hint(err, "`assettrace help %s` lists what it does.", cli->command->name);
    return AT_USAGE;
}

static at_status check_words(const at_cli *cli, at_error *err) {
    const at_action *action = cli->action;
    if (at_cli_has(cli, "help"))
        return AT_OK;
    const char *gap = action->name[0] ? " " : "";
    if (cli->word_count < action->words_min)
        at_fail(err, AT_USAGE, "E-CLI-WORDS", "`%s%s%s` wants %s", cli->command->name, gap,
                action->name, action->words);
    else if (cli->word_count > action->words_max)
        at_fail(err, AT_USAGE, "E-CLI-WORDS", "`%s%s%s` cannot use the word \"%s\"",
                cli->command->name, gap, action->name, cli->words[action->words_max]);
    else
        return AT_OK;
    at_hint(err, "usage: assettrace %s%s%s %s", cli->command->name, gap, action->name,
            action->words);
    return AT_USAGE;
}

at_status at_options_parse(at_cli *cli, int argc, char **argv, at_error *err) {
    option_set set = {.letters = "+:"}; /* '+': stop at the command */
    at_given *given = NULL;
    AT_TRY(AT_NEW(&given, cli->arena, (size_t)argc + 1, err));
    cli->given = given;
    for (const at_option *option = at_general_options; option->name; option++)
        add_option(&set, option);
    AT_TRY(read_options(cli, given, &set, argc, argv, err));
    if (optind >= argc)
        return AT_OK;

    argc -= optind;
    argv += optind;
    AT_TRY(choose_command(cli, argv[0], err));
    set = (option_set){.letters = ":"};
    at_command_options(cli->command, add_option, &set);
    AT_TRY(read_options(cli, given, &set, argc, argv, err));
    cli->words = (const char *const *)argv + optind;
    cli->word_count = (size_t)(argc - optind);
    AT_TRY(choose_action(cli, err));
    return check_words(cli, err);
}
