/* Goal: a store on an encrypted disk is known as such, and one on a plain disk too.
 * Method: small copies of the kernel's folders; a row is one machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/cli/machine.c"

#include <unistd.h>

static const struct {
    const char *story;
    const char *files[4]; /* made under the root, with the text after '=' */
    const char *number;
    at_disk disk;
    const char *device;
} machines[] = {
    {"a partition", {"dev/block/8:1/size=1"}, "8:1", AT_DISK_PLAIN, "8:1"},
    {"LUKS", {"dev/block/253:0/dm/uuid=CRYPT-LUKS2-0a-home"}, "253:0", AT_DISK_ENCRYPTED, "253:0"},
    {"LVM on a partition",
     {"dev/block/253:0/dm/uuid=LVM-0a", "dev/block/253:0/slaves/sda1/size=1"},
     "253:0",
     AT_DISK_PLAIN,
     "253:0"},
    {"LVM on LUKS",
     {"dev/block/253:1/dm/uuid=LVM-0a", "dev/block/253:1/slaves/dm-0/dm/uuid=CRYPT-LUKS1-0b"},
     "253:1",
     AT_DISK_ENCRYPTED,
     "253:1"},
    {"half of it on LUKS",
     {"dev/block/253:1/dm/uuid=LVM-0a", "dev/block/253:1/slaves/dm-0/dm/uuid=CRYPT-LUKS1-0b",
      "dev/block/253:1/slaves/sdb/size=1"},
     "253:1",
     AT_DISK_PLAIN,
     "253:1"},
    {"no block device", {"dev/block/8:1/size=1"}, "0:42", AT_DISK_UNKNOWN, NULL},
};

static void make(const char *root, const char *file, at_arena *arena) {
    const char *equals = strchr(file, '='), *slash = equals, *folder = NULL, *path = NULL;
    while (*slash != '/')
        slash--;
    assert_int_equal(
        at_arena_print(&folder, arena, NULL, "%s/%.*s", root, (int)(slash - file), file), AT_OK);
    assert_int_equal(
        at_arena_print(&path, arena, NULL, "%s/%.*s", root, (int)(equals - file), file), AT_OK);
    assert_int_equal(at_folder_make(folder, 0700, NULL), AT_OK);
    assert_int_equal(at_file_write(path, equals + 1, strlen(equals + 1), 0600, NULL), AT_OK);
}

static void test_disks(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(machines); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        char root[] = "/tmp/assettrace-machine-XXXXXX";
        const char *device = NULL;
        print_message("  %s\n", machines[i].story);
        assert_non_null(mkdtemp(root));
        for (size_t k = 0; k < AT_COUNT(machines[i].files) && machines[i].files[k]; k++)
            make(root, machines[i].files[k], &arena);
        assert_int_equal(at_device_encryption(&device, root, machines[i].number, &arena, NULL),
                         machines[i].disk);
        if (machines[i].device)
            assert_string_equal(device, machines[i].device);
        else
            assert_null(device);
        assert_int_equal(at_folder_remove(root, NULL), AT_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_disks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
