/* cmd_key.c: keys to seal with. */
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/cli/command.h"
#include "engine/cli/output.h"
#include "engine/cli/passphrase.h"

static at_status print_key(at_cli *cli, const at_public_key *key, const char *secret_path,
                           const char *public_path, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    char id[AT_KEY_ID_TEXT_BYTES], text[AT_PUBLIC_KEY_TEXT_BYTES];
    at_key_id_format(id, key->id);
    at_public_key_format(text, key);
    AT_TRY(at_output_open(&out, cli, err));
    if (out.format == AT_FORMAT_JSON) {
        at_json_writer json = {.out = &out.text};
        at_json_object(&json);
        at_json_put_key(&json, "id");
        at_json_put_text(&json, id);
        at_json_put_key(&json, "key");
        at_json_put_text(&json, text);
        at_json_put_key(&json, "schema");
        at_json_put_text(&json, "assettrace/key/1");
        at_json_put_key(&json, "test");
        at_json_put_bool(&json, key->test);
        at_json_object_end(&json);
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
        return at_output_finish(&out, err);
    }
    if (secret_path)
        AT_TRY(at_text_print(&out.text, err, "secret key  %s\npublic key  %s\n", secret_path,
                             public_path));
    AT_TRY(at_text_print(&out.text, err, "key id      %s%s\nkey         %s\n", id,
                         key->test ? " (TEST)" : "", text));
    return at_output_finish(&out, err);
}

at_status at_cmd_key_new(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    at_passphrase_source source;
    at_passphrase passphrase;
    at_key_request request = {.replace = at_cli_has(cli, "force")};
    const bool test = at_cli_has(cli, "no-passphrase");
    if (test && (at_cli_has(cli, "passphrase-file") || at_cli_has(cli, "passphrase-fd")))
        return at_fail(err, AT_USAGE, "E-CLI-OPTION",
                       "\"--no-passphrase\" and a passphrase cannot be had at once");
    AT_TRY(at_arena_print(&request.secret_path, cli->arena, err, "%s.key", cli->words[0]));
    AT_TRY(at_arena_print(&request.public_path, cli->arena, err, "%s.pub", cli->words[0]));
    AT_TRY(at_passphrase_choose(&passphrase, &source, cli, err));
    request.passphrase = test ? NULL : &passphrase;
    AT_TRY(at_key_new(&key, &request, err));
    if (test)
        at_cli_note("TEST_KEY", "without a passphrase this key is for trials only: `seal` refuses "
                                "it without --test-key, and `verify` never trusts it");
    return print_key(cli, at_key_public(key), request.secret_path, request.public_path, err);
}

at_status at_cmd_key_show(at_cli *cli, at_error *err) {
    at_public_key key;
    AT_TRY(at_public_key_read(&key, cli->words[0], err));
    return print_key(cli, &key, NULL, NULL, err);
}
