/* A disk that keeps only what was synced; losing_disk.rs preloads it into a server and describes it.
 *
 * The folder LOSING_DISK is the disk. Programs use it as usual, but of what a call to fsync or fdatasync makes durable a copy goes
 * to the folder LOSING_DISK_KEPT: of a file its bytes (INODE.bytes), of a folder its entries (INODE.names, one a line: d or f,
 * inode, name). With LOSING_DISK_LIES no copy is made, and the calls succeed all the same.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Every file that was synced or listed, open until the process ends: so that no later file gets its inode number, and because
 * closing a file would drop the locks that SQLite has on it. */
static struct { ino_t inode; int fd; } held[4096];
static int held_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A copy that is not made would let the test find losses that are its own. */
static void check(int good, const char *what) {
    if (!good) {
        perror(what);
        abort();
    }
}

static int hold(int folder, const char *name, ino_t inode) {
    for (int at = 0; at < held_count; at++)
        if (held[at].inode == inode) return held[at].fd;
    check(held_count < (int)(sizeof held / sizeof held[0]), "losing_disk: too many files");
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    held[held_count].inode = inode;
    held[held_count++].fd = fd;
    return fd;
}

static void keep_bytes(int from, off_t size, int to) {
    check(from >= 0, "losing_disk: open");
    for (off_t at = 0; at < size;) {
        ssize_t sent = sendfile(to, from, &at, size - at);
        check(sent >= 0, "losing_disk: copy");
        if (sent == 0) break; /* It was truncated meanwhile. */
    }
}

static void keep_names(const char *path, int to) {
    DIR *folder = opendir(path);
    check(folder != NULL, "losing_disk: opendir");
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct stat file;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        /* One that another thread removes at this moment is gone. */
        if (fstatat(dirfd(folder), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (hold(dirfd(folder), entry->d_name, file.st_ino) < 0) continue;
        char kind = S_ISDIR(file.st_mode) ? 'd' : 'f';
        check(dprintf(to, "%c %llu %s\n", kind, (unsigned long long)file.st_ino, entry->d_name) > 0, "losing_disk: write");
    }
    closedir(folder);
}

static void keep(int fd, const char *kept) {
    char path[64], partial[PATH_MAX], whole[PATH_MAX];
    struct stat file;
    check(fstat(fd, &file) == 0, "losing_disk: fstat");
    int is_folder = S_ISDIR(file.st_mode);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    snprintf(whole, sizeof whole, "%s/%llu.%s", kept, (unsigned long long)file.st_ino, is_folder ? "names" : "bytes");
    check(snprintf(partial, sizeof partial, "%s.partial", whole) < PATH_MAX, "losing_disk: a long path");
    int to = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(to >= 0, "losing_disk: open a copy");
    if (is_folder)
        keep_names(path, to);
    else
        keep_bytes(hold(AT_FDCWD, path, file.st_ino), file.st_size, to);
    close(to);
    /* All or nothing, because the process may be killed at any moment. */
    check(rename(partial, whole) == 0, "losing_disk: rename");
}

static int is_on_disk(int fd) {
    const char *disk = getenv("LOSING_DISK");
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!disk || length < 0) return 0;
    path[length] = 0;
    size_t prefix = strlen(disk);
    return !strncmp(path, disk, prefix) && (path[prefix] == '/' || path[prefix] == 0);
}

static int sync_fd(int fd, long call) {
    if (!is_on_disk(fd)) return syscall(call, fd);
    if (getenv("LOSING_DISK_LIES")) return 0;
    pthread_mutex_lock(&lock);
    keep(fd, getenv("LOSING_DISK_KEPT"));
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd) { return sync_fd(fd, SYS_fsync); }

int fdatasync(int fd) { return sync_fd(fd, SYS_fdatasync); }
