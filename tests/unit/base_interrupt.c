/* Goal: a request to stop ends reading and writing like any failure, and leaves no half file.
 * Method: ask, then try each door; take the request back and try again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/file.h"
#include "engine/base/input.h"
#include "engine/base/interrupt.h"

static void test_stop(void **state) {
    (void)state;
    char path[] = "/tmp/base_interrupt_XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    at_error err = {0};
    assert_int_equal(at_file_write(path, "old", 3, 0600, &err), AT_OK);

    at_interrupt(15);
    assert_int_equal(at_interrupt_signal(), 15);
    assert_int_equal(at_file_write(path, "new", 3, 0600, &err), AT_INTERRUPTED);
    assert_string_equal(err.code, "E-INTERRUPTED");
    at_text text = {0};
    assert_int_equal(at_file_read(&text, path, 100, &err), AT_INTERRUPTED);
    AT_CLEANUP(at_input_close) at_input *input = NULL;
    at_status status = at_input_open(&input, path, path, 0, &err);
    at_span span = {0};
    if (status == AT_OK)
        status = at_input_peek(&span, input, 3, &err);
    assert_int_equal(status, AT_INTERRUPTED);

    at_interrupt(0);
    assert_int_equal(at_interrupt_check(&err), AT_OK);
    assert_int_equal(at_file_read(&text, path, 100, &err), AT_OK);
    assert_string_equal(at_text_string(&text), "old");
    at_text_clear(&text);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
