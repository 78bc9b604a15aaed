/*
 * check_intercept_files.c - the wrappers of files, their locks, streams
 * and mappings: what each returns, errno, and what it records.  See
 * told.h.
 */
#define _GNU_SOURCE /* strerrorname_np, F_OFD_SETLK, MAP_ANONYMOUS */
#include "told.h"

#include <sys/stat.h>

#include "intercept/descriptor.h"
#include "intercept/object.h"

int __real_flock(int, int);
int __real_fcntl(int, int, ...);
int __real_lockf(int, int, off_t);
int __real_open(const char *, int, ...);

static char path[] = "/tmp/check_files_XXXXXX";
static int file;
static int ready[2]; /* the helper has what it was to take */

/* A file without a name, and `path`, which is its old one. */
static void start_file(void)
{
    file = mkstemp(path);
    unlink(path);
    start();
}

static uint64_t key_of(int which)
{
    return descriptor_of(which).object;
}

/* ---- opening ---- */

START_TEST(opening)
{
    char pattern[] = "/tmp/check_opening_XXXXXX";
    struct stat about;
    int made;

    start();
    made = mkstemp(pattern);
    HOLDS(made >= 0 && last_event(KIND_OPEN)->value == made);
    HOLDS(is_named(last_event(KIND_OPEN)->object, pattern + 5));
    HOLDS(strcmp(trace_text(trace, last_event(KIND_OPEN)->text),
                 pattern) == 0);
    RETURNS(0, close(made));
    forget();
    RETURNS(made, open(pattern, O_RDONLY | O_CLOEXEC));
    RETURNS(0, close(made));
    RETURNS(made, openat(AT_FDCWD, pattern, O_RDWR));
    RETURNS(0, close(made));
    RETURNS(0, unlink(pattern));
    RETURNS(made, creat(pattern, 0640));
    HOLDS(fstat(made, &about) == 0 && (about.st_mode & 0777) == 0640);
    RETURNS(0, close(made));
    RETURNS(0, unlink(pattern));
    RETURNS(made, open(pattern, O_RDWR | O_CREAT | O_EXCL, 0600));
    HOLDS(fstat(made, &about) == 0 && (about.st_mode & 0777) == 0600);
    HOLDS(unlink(pattern) == 0);
}
END_TEST

START_TEST(opening_fails)
{
    char wrong[] = "/tmp/no-pattern";

    start();
    FAILS(ENOENT, open("/no/such", O_RDONLY));
    FAILS(EBADF, openat(500, "such", O_RDONLY));
    FAILS(ENOENT, creat("/no/such", 0600));
    FAILS(EINVAL, mkstemp(wrong));
    FAILS(ENOENT, shm_open("/no-such-check", O_RDWR, 0600));
    TOLD("OPEN\"/no/such\"=ENOENT OPEN\"such\"=EBADF "
         "OPEN\"/no/such\"=ENOENT OPEN\"/tmp/no-pattern\"=EINVAL "
         "OPEN\"/no-such-check\"=ENOENT");
    errno = 0;
    HOLDS(fopen("/no/such", "r") == NULL && errno == ENOENT);
}
END_TEST

START_TEST(reading_and_writing)
{
    char bytes[10];

    start_file();
    RETURNS(5, write(file, "hello", 5));
    RETURNS(0, read(file, bytes, 5));
    RETURNS(3, pread(file, bytes, 9, 2));
    RETURNS(1, pwrite(file, "j", 1, 0));
    RETURNS(0, lseek(file, 0, SEEK_SET));
    RETURNS(5, read(file, bytes, 9));
    HOLDS(memcmp(bytes, "jello", 5) == 0);
    FAILS(EBADF, pread(500, bytes, 9, 0));
    FAILS(EBADF, pwrite(500, bytes, 1, 0));
    TOLD("WRITE:5\"hello\" READ:0 READ:3\"llo\" WRITE:1\"j\" "
         "READ:5\"jello\" READ:0=EBADF WRITE:0\"j\"=EBADF");
}
END_TEST

/* ---- named pipes ---- */

static void open_other_end(void)
{
    __real_open(path, O_RDONLY);
}

START_TEST(opening_a_named_pipe_waits)
{
    pid_t helper;
    int made;

    HOLDS(close(mkstemp(path)) == 0 && unlink(path) == 0 &&
          mkfifo(path, 0600) == 0);
    start();
    FAILS(ENXIO, open(path, O_WRONLY | O_NONBLOCK));
    forget();
    helper = stranger(open_other_end);
    made = open(path, O_WRONLY);
    HOLDS(made >= 0 && unlink(path) == 0);
    HOLDS(strncmp(told_by(0), "WAIT(OPEN)& OPEN~[1]\"", 21) == 0);
    gone(helper);
}
END_TEST

START_TEST(opening_is_interrupted)
{
    pid_t helper;

    HOLDS(close(mkstemp(path)) == 0 && unlink(path) == 0 &&
          mkfifo(path, 0600) == 0);
    start();
    handle_signal(0);
    helper = stranger(signal_parent);
    FAILS(EINTR, open(path, O_RDONLY));
    HOLDS(unlink(path) == 0);
    HOLDS(last_event(KIND_OPEN)->error == EINTR);
    gone(helper);
}
END_TEST

/* ---- streams ---- */

START_TEST(streams)
{
    FILE *stream;
    int number;

    start();
    stream = tmpfile();
    number = fileno(stream);
    RETURNS(4, fprintf(stream, "a %d\n", 1));
    RETURNS(1, fputs("b\n", stream));
    RETURNS(2, fwrite("cd", 2, 1, stream) * 2);
    RETURNS('e', fputc('e', stream));
    HOLDS(last_event(KIND_WRITE)->object == key_of(number));
    RETURNS(0, fclose(stream));
    TOLD("OPEN\"a temporary file\" WRITE:4\"a 1\" WRITE:2\"b\" "
         "WRITE:2\"cd\" WRITE:1\"e\" CLOSE");
    HOLDS(last_event(KIND_CLOSE)->value == number);
}
END_TEST

START_TEST(a_stream_of_a_file)
{
    FILE *stream;

    start();
    stream = fopen("/dev/null", "r+");
    HOLDS(stream != NULL);
    RETURNS(0, fclose(stream));
    TOLD("OPEN\"/dev/null\" CLOSE");
    HOLDS(is_named(last_event(KIND_OPEN)->object, "null"));
}
END_TEST

/* ---- locks ---- */

static int other; /* another description of the same file */

static void start_locks(void)
{
    file = mkstemp(path);
    other = open(path, O_RDWR);
    unlink(path);
    pipe(ready);
    start();
}

/* A stranger that takes the lock, says so, and gives it back when the
 * first actor waits. */
static pid_t holder(void (*take)(void), void (*give)(void))
{
    pid_t pid = __real_fork();
    char byte;

    if (pid == 0) {
        self.trace = NULL;
        take();
        write(ready[1], "!", 1);
        await_asleep(0);
        give();
        await_state(0, ACTOR_RUNNING); /* our end gives locks back, too */
        __real__exit(0);
    }
    QUIETLY(ck_assert(read(ready[0], &byte, 1) == 1));
    return pid;
}

static void flock_other(void)
{
    __real_flock(other, LOCK_EX);
}

static void unflock_other(void)
{
    __real_flock(other, LOCK_UN);
}

START_TEST(whole_file)
{
    pid_t helper;

    start_locks();
    RETURNS(0, flock(file, LOCK_EX));
    HOLDS(last_event(KIND_LOCK)->object == key_of(other));
    RETURNS(0, flock(file, LOCK_SH));
    RETURNS(0, flock(file, LOCK_UN));
    helper = holder(flock_other, unflock_other);
    FAILS(EWOULDBLOCK, flock(file, LOCK_SH | LOCK_NB));
    RETURNS(0, flock(file, LOCK_EX));
    gone(helper);
    FAILS(EINVAL, flock(file, 0));
    FAILS(EBADF, flock(500, LOCK_EX));
    FAILS(EBADF, flock(500, LOCK_UN));
    TOLD("LOCK READ_LOCK UNLOCK READ_LOCK?=EAGAIN WAIT(LOCK) LOCK~ "
         "LOCK=EINVAL LOCK=EBADF UNLOCK=EBADF");
}
END_TEST

START_TEST(locking_is_interrupted)
{
    pid_t helper;

    start_locks();
    handle_signal(0);
    helper = holder(flock_other, signal_parent);
    FAILS(EINTR, flock(file, LOCK_SH));
    TOLD("WAIT(READ_LOCK) READ_LOCK~=EINTR");
    gone(helper);
}
END_TEST

static void lockf_other(void)
{
    __real_lockf(other, F_LOCK, 0);
}

static void unlockf_other(void)
{
    __real_lockf(other, F_ULOCK, 0);
}

START_TEST(by_lockf)
{
    pid_t helper;

    start_locks();
    handle_signal(0);
    RETURNS(0, lockf(file, F_LOCK, 0));
    HOLDS(last_event(KIND_LOCK)->object == key_of(file));
    RETURNS(0, lockf(file, F_TEST, 0));
    RETURNS(0, lockf(file, F_ULOCK, 0));
    helper = holder(lockf_other, unlockf_other);
    FAILS(EAGAIN, lockf(file, F_TLOCK, 0));
    FAILS(EACCES, lockf(file, F_TEST, 0));
    RETURNS(0, lockf(file, F_LOCK, 0));
    gone(helper);
    RETURNS(0, lockf(file, F_ULOCK, 0));
    helper = holder(lockf_other, signal_parent);
    FAILS(EINTR, lockf(file, F_LOCK, 0));
    FAILS(EBADF, lockf(500, F_LOCK, 0));
    FAILS(EINVAL, lockf(file, 99, 0));
    gone(helper);
    TOLD("LOCK UNLOCK LOCK?=EAGAIN WAIT(LOCK) LOCK~ UNLOCK WAIT(LOCK) "
         "LOCK~=EINTR LOCK=EBADF");
}
END_TEST

static struct flock all_of(short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

static void fcntl_other(void)
{
    struct flock lock = all_of(F_WRLCK);

    __real_fcntl(other, F_SETLKW, &lock);
}

static void unfcntl_other(void)
{
    struct flock lock = all_of(F_UNLCK);

    __real_fcntl(other, F_SETLK, &lock);
}

START_TEST(by_fcntl)
{
    struct flock reading = all_of(F_RDLCK), writing = all_of(F_WRLCK);
    struct flock nothing = all_of(F_UNLCK);
    pid_t helper;

    start_locks();
    handle_signal(0);
    RETURNS(0, fcntl(file, F_SETLK, &writing));
    HOLDS(last_event(KIND_LOCK)->object == key_of(file));
    RETURNS(0, fcntl(file, F_SETLKW, &reading));
    RETURNS(0, fcntl(file, F_SETLK, &nothing));
    helper = holder(fcntl_other, unfcntl_other);
    FAILS(EAGAIN, fcntl(file, F_SETLK, &reading));
    RETURNS(0, fcntl(file, F_SETLKW, &writing));
    gone(helper);
    RETURNS(0, fcntl(file, F_SETLKW, &nothing));
    helper = holder(fcntl_other, signal_parent);
    FAILS(EINTR, fcntl(file, F_SETLKW, &reading));
    gone(helper);
    FAILS(EBADF, fcntl(500, F_SETLKW, &reading));
    FAILS(EFAULT, fcntl(file, F_SETLK, NULL));
    TOLD("LOCK? READ_LOCK UNLOCK READ_LOCK?=EAGAIN WAIT(LOCK) LOCK~ "
         "UNLOCK WAIT(READ_LOCK) READ_LOCK~=EINTR READ_LOCK=EBADF");
}
END_TEST

START_TEST(by_description)
{
    struct flock writing = all_of(F_WRLCK), nothing = all_of(F_UNLCK);

    start_locks();
    RETURNS(0, fcntl(file, F_OFD_SETLKW, &writing));
    FAILS(EAGAIN, fcntl(other, F_OFD_SETLK, &writing));
    RETURNS(0, fcntl(file, F_OFD_SETLK, &nothing));
    TOLD("LOCK LOCK?=EAGAIN UNLOCK");
}
END_TEST

START_TEST(a_part_is_another_object)
{
    struct flock part = all_of(F_WRLCK);
    uint64_t first;

    start_locks();
    part.l_len = 10;
    RETURNS(0, fcntl(file, F_SETLK, &part));
    first = last_event(KIND_LOCK)->object;
    HOLDS(first != key_of(file));
    part.l_start = 10;
    RETURNS(0, fcntl(file, F_SETLK, &part));
    HOLDS(last_event(KIND_LOCK)->object != first);
    RETURNS(10, lseek(file, 10, SEEK_SET));
    RETURNS(0, lockf(file, F_ULOCK, 10));
    HOLDS(last_event(KIND_LOCK)->object ==
          last_event(KIND_UNLOCK)->object);
}
END_TEST

/* ---- mappings ---- */

enum { SIZE = 8192 };

START_TEST(mapping)
{
    void *shared, *private;
    uint64_t object;

    start();
    private = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                   0);
    HOLDS(private != MAP_FAILED && !object_is_shared(private));
    shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    HOLDS(object_is_shared(shared));
    object = object_of(shared);
    HOLDS(last_event(KIND_MAP)->object == object);
    HOLDS(object_class(object) == OBJECT_SHARED);
    RETURNS(0, munmap(private, SIZE));
    RETURNS(0, munmap(shared, SIZE));
    HOLDS(!object_is_shared(shared));
    FAILS(EINVAL, munmap((char *)shared + 1, SIZE));
    TOLD("MAP:8192 UNMAP:8192");
    HOLDS(last_event(KIND_MAP)->object == last_event(KIND_UNMAP)->object);
}
END_TEST

START_TEST(mapping_fails)
{
    start();
    FAILS(EBADF, mmap(NULL, SIZE, PROT_READ, MAP_SHARED, 500, 0));
    TOLD("MAP:8192=EBADF");
}
END_TEST

/* Two mappings of one file are one memory. */
START_TEST(shared_memory_by_name)
{
    char name[40];
    uint64_t first, second;
    void *once, *twice;
    int memory;

    snprintf(name, sizeof name, "/check_files_%d", (int)getpid());
    start();
    memory = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    HOLDS(memory >= 0 && ftruncate(memory, SIZE) == 0);
    HOLDS(is_named(key_of(memory), name + 1));
    RETURNS(0, shm_unlink(name));
    once = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, memory, 0);
    twice = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, memory, 0);
    first = object_of(once);
    second = object_of(twice);
    HOLDS(once != twice && first == second);
    second = object_of((char *)twice + 8);
    HOLDS(second == first + 8);
}
END_TEST

/* What was announced as written is read back before it is gone. */
START_TEST(a_write_before_unmapping)
{
    void __tsan_write4(const void *);
    const struct event *store;
    int *number;

    start();
    number = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    __tsan_write4(number);
    *number = 42;
    RETURNS(0, munmap(number, SIZE));
    store = last_event(KIND_STORE);
    HOLDS(store->value == 42 && store->flags & EVENT_VALUE);
}
END_TEST

static void add_files(Suite *suite)
{
    TCase *tcase = tcase_create("files");

    tcase_add_test(tcase, opening);
    tcase_add_test(tcase, opening_fails);
    tcase_add_test(tcase, reading_and_writing);
    tcase_add_test(tcase, opening_a_named_pipe_waits);
    tcase_add_test(tcase, opening_is_interrupted);
    tcase_add_test(tcase, streams);
    tcase_add_test(tcase, a_stream_of_a_file);
    suite_add_tcase(suite, tcase);
}

static void add_locks(Suite *suite)
{
    TCase *tcase = tcase_create("locks");

    tcase_add_test(tcase, whole_file);
    tcase_add_test(tcase, locking_is_interrupted);
    tcase_add_test(tcase, by_lockf);
    tcase_add_test(tcase, by_fcntl);
    tcase_add_test(tcase, by_description);
    tcase_add_test(tcase, a_part_is_another_object);
    suite_add_tcase(suite, tcase);
}

static void add_mappings(Suite *suite)
{
    TCase *tcase = tcase_create("mappings");

    tcase_add_test(tcase, mapping);
    tcase_add_test(tcase, mapping_fails);
    tcase_add_test(tcase, shared_memory_by_name);
    tcase_add_test(tcase, a_write_before_unmapping);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("intercept: files");
    SRunner *runner;
    int failures;

    add_files(suite);
    add_locks(suite);
    add_mappings(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
