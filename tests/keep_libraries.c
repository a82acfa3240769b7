// Linked into what the address sanitizer checks: libraries stay until the process ends, so that the leak
// checker can name the driver that a leak is in (tests/lsan.txt), and its frames have names.
int dlclose(void *library);

__attribute__((visibility("default"))) int dlclose(void *library) {
    (void)library;
    return 0;
}
