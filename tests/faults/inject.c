/* Counts the system calls by which a process and all that it starts change files below some folders, and disturbs the
 * n-th: a process is killed at it, or it fails. warm.py calls `inject_wait` in the process, and `inject_trace` in its
 * parent.
 *
 * A seccomp filter hands just the changing calls to the tracer, so that everything else runs at full speed, and a call
 * counts however it is made: by the C library, from within it, or by syscall().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <elf.h>

#define NONE -1
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A system call: which arguments are its folder's descriptor, its path, a second pair of these, its file's descriptor,
 * its flags for opening; `room` says that a full disk can refuse it. */
struct call {
    long number;
    const char *name;
    int folder, path, folder2, path2, file, flags, room;
};
#define AT_PATH(call, path, room) {SYS_##call, #call, NONE, path, NONE, NONE, NONE, NONE, room}
#define AT_FOLDER(call, folder, room) {SYS_##call, #call, folder, (folder) + 1, NONE, NONE, NONE, NONE, room}
#define TWO_PATHS(call, room) {SYS_##call, #call, NONE, 0, NONE, 1, NONE, NONE, room}
#define TWO_FOLDERS(call, room) {SYS_##call, #call, 0, 1, 2, 3, NONE, NONE, room}
#define AT_FILE(call, file, room) {SYS_##call, #call, NONE, NONE, NONE, NONE, file, NONE, room}

static const struct call CALLS[] = {
    {SYS_openat, "openat", 0, 1, NONE, NONE, NONE, 2, 1},
    AT_FILE(write, 0, 1), AT_FILE(pwrite64, 0, 1), AT_FILE(writev, 0, 1), AT_FILE(pwritev, 0, 1),
    AT_FILE(pwritev2, 0, 1), AT_FILE(sendfile, 0, 1), AT_FILE(copy_file_range, 2, 1), AT_FILE(splice, 2, 1),
    AT_FILE(ftruncate, 0, 1), AT_PATH(truncate, 0, 1), AT_FILE(fallocate, 0, 1),
    AT_FILE(fsync, 0, 1), AT_FILE(fdatasync, 0, 1), AT_FILE(sync_file_range, 0, 1),
    TWO_FOLDERS(renameat2, 0), TWO_FOLDERS(linkat, 1), AT_FOLDER(symlinkat, 1, 1),
    AT_FOLDER(unlinkat, 0, 0), AT_FOLDER(mkdirat, 0, 1), AT_FOLDER(mknodat, 0, 1),
    AT_FILE(fchmod, 0, 0), AT_FOLDER(fchmodat, 0, 0), AT_FILE(fchown, 0, 0), AT_FOLDER(fchownat, 0, 0),
    AT_FOLDER(utimensat, 0, 0), AT_PATH(setxattr, 0, 1), AT_PATH(lsetxattr, 0, 1), AT_FILE(fsetxattr, 0, 1),
#ifdef SYS_renameat
    TWO_FOLDERS(renameat, 0),
#endif
#ifdef SYS_open
    {SYS_open, "open", NONE, 0, NONE, NONE, NONE, 1, 1},
    AT_PATH(creat, 0, 1), TWO_PATHS(rename, 0), TWO_PATHS(link, 1), AT_PATH(symlink, 1, 1), AT_PATH(unlink, 0, 0),
    AT_PATH(rmdir, 0, 0), AT_PATH(mkdir, 0, 1), AT_PATH(mknod, 0, 1), AT_PATH(chmod, 0, 0), AT_PATH(chown, 0, 0),
    AT_PATH(lchown, 0, 0), AT_PATH(utime, 0, 0), AT_PATH(utimes, 0, 0),
#endif
};

static const char *what, **folders;
static int folder_count, error_number, alive_count;
static long wanted, count;
static FILE *log_file;
static pid_t main_process, alive[4096];

static void fail(const char *why) {
    fprintf(stderr, "inject: %s: %s\n", why, strerror(errno));
    exit(125);
}

static int starts(const char *word, const char *with) { return strncmp(word, with, strlen(with)) == 0; }

/* --- processes ---------------------------------------------------------------------------------------------------- */

static void remember(pid_t pid) {
    for (int at = 0; at < alive_count; at++)
        if (alive[at] == pid) return;
    if (alive_count == LENGTH(alive)) fail("too many processes");
    alive[alive_count++] = pid;
}

static void forget(pid_t pid) {
    for (int at = 0; at < alive_count; at++)
        if (alive[at] == pid) alive[at] = alive[--alive_count];
}

static void kill_wanted(pid_t pid) {
    for (int at = 0; starts(what, "tree") && at < alive_count; at++) kill(alive[at], SIGKILL);
    kill(starts(what, "main") ? main_process : pid, SIGKILL);
}

static void filter_calls(void) {
    struct sock_filter filter[LENGTH(CALLS) + 3];
    size_t length = 0, calls = LENGTH(CALLS);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t at = 0; at < calls; at++)
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[at].number, calls - at, 0);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    struct sock_fprog program = {length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) fail("seccomp");
}

/* Wait until `ready` can be read, which says that the tracer is there, and hand it the changing calls from now on. */
void inject_wait(int ready) {
    char go;
    if (read(ready, &go, 1) != 1) _exit(125);
    filter_calls();
}

static void seize(pid_t pid, int ready) {
    long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACESECCOMP |
                   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, pid, 0, options)) fail("ptrace");
    if (write(ready, "", 1) != 1) fail("pipe");
    remember(pid);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void link_of(char *text, pid_t pid, const char *where) {
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/%s", pid, where);
    ssize_t length = readlink(name, text, PATH_MAX - 1);
    text[length < 0 ? 0 : length] = 0;
}

static void descriptor(char *text, pid_t pid, int number) {
    char where[32];
    snprintf(where, sizeof where, "fd/%d", number);
    link_of(text, pid, number == AT_FDCWD ? "cwd" : where);
}

/* Read text from a process, page by page: the next page may not be there. */
static void text_at(char *text, pid_t pid, unsigned long address) {
    size_t got = 0;
    while (address && got < PATH_MAX - 1) {
        size_t size = 4096 - (address + got) % 4096;
        if (size > PATH_MAX - 1 - got) size = PATH_MAX - 1 - got;
        struct iovec to = {text + got, size}, from = {(void *)(address + got), size};
        ssize_t length = process_vm_readv(pid, &to, 1, &from, 1, 0);
        if (length <= 0) break;
        got += length;
        if (memchr(to.iov_base, 0, length)) return;
    }
    text[got] = 0;
}

/* Write the absolute path of a call's file, the links of its folder followed. */
static void path_at(char *whole, pid_t pid, int folder, unsigned long address) {
    char text[PATH_MAX], joined[2 * PATH_MAX + 1];
    text_at(text, pid, address);
    if (text[0] == '/') {
        strcpy(joined, text);
    } else {
        descriptor(whole, pid, folder);
        snprintf(joined, sizeof joined, text[0] ? "%s/%s" : "%s", whole, text);
    }
    snprintf(whole, PATH_MAX, "%.*s", PATH_MAX - 1, joined);
    char *last = strrchr(joined, '/');
    if (!last || last == joined) return;
    *last = 0;
    if (realpath(joined, text)) snprintf(whole, PATH_MAX, "%.*s/%.*s", PATH_MAX / 2, text, PATH_MAX / 3, last + 1);
}

static int is_below(const char *path) {
    for (int at = 0; at < folder_count; at++)
        if (starts(path, folders[at]) && strchr("/", path[strlen(folders[at])])) return 1;
    return 0;
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

/* Let the call that a process is stopped at fail, instead of carrying it out. */
static void refuse(pid_t pid) {
#if defined __x86_64__
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, 0, &registers)) return;
    registers.orig_rax = -1;
    registers.rax = -error_number;
    ptrace(PTRACE_SETREGS, pid, 0, &registers);
#elif defined __aarch64__
    struct user_regs_struct registers;
    int none = -1;
    struct iovec whole = {&registers, sizeof registers}, number = {&none, sizeof none};
    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &whole)) return;
    registers.regs[0] = -error_number;
    ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &whole);
    ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &number);
#else
#error "this processor's registers are not known here"
#endif
}

/* Write a call's file, and say whether the call changes one below the folders. */
static int counts(pid_t pid, const struct call *call, const unsigned long long *arguments, char *file, char *second) {
    second[0] = 0;
    if (call->flags != NONE && !(arguments[call->flags] & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))) return 0;
    if (call->file != NONE) {
        descriptor(file, pid, (int)arguments[call->file]);
        return is_below(file);
    }
    path_at(file, pid, call->folder == NONE ? AT_FDCWD : (int)arguments[call->folder], arguments[call->path]);
    if (call->path2 == NONE) return is_below(file);
    path_at(second, pid, call->folder2 == NONE ? AT_FDCWD : (int)arguments[call->folder2], arguments[call->path2]);
    return is_below(file) || is_below(second);
}

static void tell(pid_t pid, const struct call *call, const char *file, const char *second) {
    char program[PATH_MAX];
    link_of(program, pid, "exe");
    char *last = strrchr(program, '/');
    fprintf(log_file, "%ld\t%d\t%s\t%s\t%d\t%s%s%s\n", count, pid == main_process, last ? last + 1 : program, call->name, call->room,
            file, second[0] ? " -> " : "", second);
    fflush(log_file);
}

/* Look at a process that is about to make a call, and return how it goes on: PTRACE_CONT, or PTRACE_SYSCALL to see the
 * call's end. */
static int at_call(pid_t pid) {
    struct __ptrace_syscall_info info;
    char file[PATH_MAX], second[PATH_MAX];
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) return PTRACE_CONT;
    const struct call *call = CALLS;
    while (call < CALLS + LENGTH(CALLS) && call->number != (long)info.seccomp.nr) call++;
    if (call == CALLS + LENGTH(CALLS)) return PTRACE_CONT;
    const unsigned long long *arguments = (const unsigned long long *)info.seccomp.args;
    if (!counts(pid, call, arguments, file, second)) return PTRACE_CONT;
    count++;
    tell(pid, call, file, second);
    if (!wanted || count < wanted || (count > wanted && !starts(what, "ever") && !starts(what, "room"))) return PTRACE_CONT;
    if (starts(what, "room") && !call->room) return PTRACE_CONT;
    if (strstr(what, "-after")) return PTRACE_SYSCALL;
    if (strstr(what, "-before")) kill_wanted(pid);
    else if (error_number) refuse(pid);
    return PTRACE_CONT;
}

static void next(pid_t pid, int status) {
    int signal = WSTOPSIG(status), event = status >> 16, how = PTRACE_CONT;
    unsigned long started;
    remember(pid);
    if (event == PTRACE_EVENT_STOP) {
        if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) how = PTRACE_LISTEN;
        signal = 0;
    } else if (event == PTRACE_EVENT_SECCOMP) {
        how = at_call(pid);
        signal = 0;
    } else if (event) {
        if (!ptrace(PTRACE_GETEVENTMSG, pid, 0, &started)) remember((pid_t)started);
        signal = 0;
    } else if (signal == (SIGTRAP | 0x80)) { /* the call has two stops here; the file is changed at the second */
        struct __ptrace_syscall_info info = {0};
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
        if (info.op == PTRACE_SYSCALL_INFO_EXIT) kill_wanted(pid);
        else how = PTRACE_SYSCALL;
        signal = 0;
    }
    ptrace(how, pid, 0, signal);
}

/* Trace the child `first`, which waits at `ready`, to the end of it and of all that it started. Return its exit code, or
 * 128 + signal where it was killed. `call_number` is the call to disturb, `how` is one of
 *
 *     look                      disturb nothing
 *     kill-before, kill-after   SIGKILL to the process that makes the call, before or after the call is carried out
 *     tree-before, tree-after   SIGKILL to that process and all the others at once
 *     main-before               SIGKILL to the first process, while the one that makes the call goes on
 *     once-ERRNO                the call fails with that error, and is not carried out
 *     ever-ERRNO                it and all that follow fail
 *     room-ERRNO                it and all that follow fail, but those that need no room on the disk
 *
 * `log` gets a line for each call: number, 1 for the first process, program, name, 1 where it needs room, file (or "from -> to"),
 * separated by tabs.
 */
int inject_trace(pid_t first, int ready, const char *log, long call_number, const char *how, const char **below, int below_count) {
    int pid, status, code = 125;
    if (!(log_file = fopen(log, "we"))) fail(log);
    wanted = call_number;
    what = how;
    folders = below;
    folder_count = below_count;
    main_process = first;
    error_number = strstr(what, "-EIO") ? EIO : strstr(what, "-ENOSPC") ? ENOSPC : 0;
    seize(first, ready);
    while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
        if (pid < 0) continue;
        if (WIFSTOPPED(status)) next(pid, status);
        else forget(pid);
        if (pid == first && WIFEXITED(status)) code = WEXITSTATUS(status);
        if (pid == first && WIFSIGNALED(status)) code = 128 + WTERMSIG(status);
    }
    return code;
}
