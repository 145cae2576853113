/* cmd_backup.c: the whole store in one file, and back; keys to encrypt it to. */
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/cli/command.h"
#include "engine/cli/output.h"
#include "engine/store/backup.h"

#include <string.h>

static at_status print_backup(at_cli *cli, const at_backup *backup, const char *what,
                              const char *path, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open_standard(&out, cli, err));
    if (out.format == AT_FORMAT_JSON) {
        at_json_writer json = {.out = &out.text};
        at_json_object(&json);
        at_json_put_key(&json, "bytes");
        at_json_put_amount(&json, (int64_t)backup->bytes);
        at_json_put_key(&json, "files");
        at_json_put_int(&json, (int64_t)backup->files);
        at_json_put_key(&json, "revision");
        at_json_put_int(&json, backup->revision);
        at_json_put_key(&json, "schema");
        at_json_put_text(&json, "assettrace/backup-made/1");
        at_json_put_key(&json, "sha256");
        at_json_put_text(&json, backup->sha256);
        at_json_object_end(&json);
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
    } else {
        AT_TRY(at_text_print(&out.text, err, "%s %s: revision %lld, %llu files, %llu bytes\n", path,
                             what, (long long)backup->revision, (unsigned long long)backup->files,
                             (unsigned long long)backup->bytes));
    }
    return at_output_finish(&out, err);
}

static at_status read_recipients(at_age_recipient **out, size_t *count, at_cli *cli,
                                 at_error *err) {
    const char *const *texts = NULL;
    const bool plain = at_cli_has(cli, "plain");
    AT_TRY(at_cli_values(&texts, count, cli, "to", err));
    if (plain && *count)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION",
                       "\"--plain\" and \"--to\" cannot be had at once");
    if (!plain && *count == 0) {
        at_fail(err, AT_USAGE, "E-CLI-OPTION", "`backup` wants --to RECIPIENT");
        at_hint(err, "`key recipient NAME` makes a key for it; --plain leaves the backup open.");
        return AT_USAGE;
    }
    AT_TRY(AT_NEW(out, cli->arena, *count, err));
    for (size_t i = 0; i < *count; i++)
        AT_TRY(at_age_recipient_parse(&(*out)[i], texts[i], err));
    return AT_OK;
}

at_status at_cmd_backup(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    at_age_recipient *recipients = NULL;
    at_backup backup;
    at_backup_request request = {.path = cli->words[0], .replace = at_cli_has(cli, "force")};
    AT_TRY(read_recipients(&recipients, &request.recipient_count, cli, err));
    request.recipients = recipients;
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_backup_write(&backup, store, &request, err));
    if (request.recipient_count == 0)
        at_cli_note("PLAIN", "whoever finds this file can read it; the secret for salts is not in "
                             "it");
    return print_backup(cli, &backup, "is written and was read back", request.path, err);
}

at_status at_cmd_restore(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *identity = NULL;
    at_backup backup;
    const char *folder = cli->words[1], *key = at_cli_value(cli, "identity");
    const at_store_options options = {.now_us = at_cli_now_us, .actor = at_cli_actor(cli)};
    if (strlen(folder) <= 3 || strcmp(folder + strlen(folder) - 3, ".at") != 0)
        return at_fail(err, AT_USAGE, "E-CLI-WORDS",
                       "a store's name ends in .at, and \"%s\" does not", folder);
    if (key)
        AT_TRY(at_age_identity_read(&identity, key, err));
    const at_status status =
        at_backup_restore(&backup, cli->words[0], folder, identity, &options, err);
    if (status == AT_KEY && !key)
        at_hint(err, "Name the file with the identity it is encrypted to: --identity FILE.");
    AT_TRY(status);
    if (backup.new_secret)
        at_cli_note("NEW_SECRET", "the backup was plain: salts of later seals will be others");
    return print_backup(cli, &backup, "is restored and whole", folder, err);
}

at_status at_cmd_key_recipient(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_CLEANUP(at_secret_close) at_secret *identity = NULL;
    AT_CLEANUP(at_text_clear) at_text file = {.limit_bytes = 1024};
    char secret[AT_AGE_IDENTITY_TEXT_BYTES], public[AT_AGE_RECIPIENT_TEXT_BYTES];
    const char *path = NULL;
    at_age_recipient recipient;
    AT_TRY(at_arena_print(&path, cli->arena, err, "%s.age-key", cli->words[0]));
    if (!at_cli_has(cli, "force") && at_file_kind_of(path) != AT_FILE_NONE)
        return at_fail(err, AT_REFUSED, "E-KEY-EXISTS", "\"%s\" exists already", path);
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_age_identity_new(&identity, err));
    at_age_identity_recipient(&recipient, identity);
    at_age_recipient_format(public, &recipient);
    at_age_identity_format(secret, identity);
    at_status status = at_text_print(&file, err, "# public key: %s\n%s\n", public, secret);
    if (status == AT_OK)
        status = at_file_write(path, file.data, file.bytes, 0600, err);
    explicit_bzero(secret, sizeof secret);
    if (file.data)
        explicit_bzero(file.data, file.bytes);
    AT_TRY(status);
    if (out.format == AT_FORMAT_JSON)
        AT_TRY(at_text_print(&out.text, err,
                             "{\"recipient\":\"%s\",\"schema\":\"assettrace/recipient/1\"}\n",
                             public));
    else
        AT_TRY(at_text_print(&out.text, err, "identity    %s\nrecipient   %s\n", path, public));
    return at_output_finish(&out, err);
}
