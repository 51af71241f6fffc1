# --- a file by its path
attempt(lambda: open("{{file}}").read())
# --- /etc/passwd by every opener
import codecs, fileinput, io, os, pathlib, tokenize, _io, _pyio
path = "/etc/passwd"
attempt(lambda: open(path).read(), lambda: io.open(path).read(), lambda: _io.FileIO(path).read(),
        lambda: _io.open_code(path).read(), lambda: _pyio.open(path).read(), lambda: codecs.open(path).read(),
        lambda: os.read(os.open(path, os.O_RDONLY), 100), lambda: pathlib.Path(path).read_bytes(),
        lambda: list(fileinput.input(path)), lambda: tokenize.open(path).read())
# --- a path that climbs
import os
attempt(*[lambda n=n, root=root: open(root + "../" * n + "etc/passwd").read()
          for n in range(12) for root in ("", "/", "/usr/local/lib/python3.12/", "./", "/usr/local/lib/python312.zip/")])
# --- a path with odd spellings
attempt(*[lambda p=p: open(p).read() for p in ("//etc/passwd", "/./etc/passwd", "/etc//passwd", "etc/passwd",
          "/etc/passwd\x00.txt", b"/etc/passwd", "/proc/self/root/etc/passwd", "/dev/fd/0/../../../etc/passwd",
          "file:///etc/passwd", "\\etc\\passwd", "~/.ssh/id_rsa", "C:/windows/win.ini")])
# --- /proc
attempt(*[lambda p=p: open(p, "rb").read() for p in ("/proc/self/environ", "/proc/1/environ", "/proc/self/cmdline",
          "/proc/self/maps", "/proc/self/mem", "/proc/version", "/proc/net/tcp", "/proc/self/fd/0")])
# --- /dev and /sys
attempt(*[lambda p=p: open(p, "rb").read(10) for p in ("/dev/urandom", "/dev/zero", "/dev/mem", "/dev/tty",
          "/dev/stdin", "/dev/shm/x", "/sys/kernel/version", "/sys/class/net/lo/address")])
# --- the root's listing
import os, glob
attempt(lambda: [n for n in os.listdir("/") if n != "usr"], lambda: glob.glob("/etc/*"), lambda: list(os.scandir("{{folder}}")),
        lambda: [f for _, _, f in os.walk("/home")], lambda: os.listdir("{{folder}}"))
# --- whether a path exists
import os
attempt(lambda: [p for p in ("/etc", "/proc", "/home", "/tmp", "/dev", "/root", "{{folder}}", "{{file}}") if os.path.exists(p)])
# --- a file written
import os
attempt(lambda: open("{{folder}}/planted", "w").write("x"), lambda: open("{{file}}", "a").write("x"),
        lambda: os.open("{{folder}}/planted", os.O_CREAT | os.O_WRONLY, 0o777),
        lambda: open("/tmp/planted", "w").write("x"), lambda: open("planted", "w").write("x"))
# --- a temporary file
import tempfile
attempt(lambda: tempfile.NamedTemporaryFile().write(b"x"), lambda: tempfile.mkdtemp(), lambda: tempfile.TemporaryFile().write(b"x"))
# --- a symbolic link out
import os
def link():
    os.symlink("{{file}}", "/usr/local/lib/python3.12/link")
    return open("/usr/local/lib/python3.12/link").read()
attempt(link, lambda: os.symlink("/etc", "etc") or open("etc/passwd").read(), lambda: os.readlink("/proc/self/exe"))
# --- a hard link, a rename, a deletion
import os
attempt(lambda: os.link("{{file}}", "link") or "linked", lambda: os.rename("{{file}}", "{{folder}}/moved") or "moved",
        lambda: os.remove("{{file}}") or "removed", lambda: os.rmdir("{{folder}}") or "removed",
        lambda: os.truncate("{{file}}", 0) or "emptied", lambda: os.utime("{{file}}") or "touched")
# --- another working directory
import os
attempt(lambda: os.chdir("/etc") or open("passwd").read(), lambda: os.chroot("{{folder}}") or "moved",
        lambda: os.fchdir(3) or os.listdir("."))
# --- shutil
import shutil
attempt(lambda: shutil.copy("/etc/passwd", "/tmp/copied"), lambda: shutil.disk_usage("/"), lambda: shutil.which("sh"))
# --- a database on disk
import sqlite3
def store():
    base = sqlite3.connect("{{folder}}/planted.db")
    base.execute("create table t(x)")
    base.commit()
    return "written"
attempt(store)
# --- a database that attaches a file
import sqlite3
attempt(lambda: sqlite3.connect(":memory:").execute("attach '{{folder}}/planted.db' as d").fetchall() or
        sqlite3.connect("file:{{file}}?mode=ro", uri=True).execute("select 1 from sqlite_master").fetchall() or None,
        lambda: sqlite3.connect(":memory:").execute("select readfile('{{file}}')").fetchall(),
        lambda: sqlite3.connect(":memory:").enable_load_extension(True) or "extensions")
# --- an archive with a path that climbs
import io, tarfile, zipfile
def unpack():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        z.writestr("../../../../{{folder}}/planted", "x")
    zipfile.ZipFile(packed).extractall("/")
    return "unpacked"
def link():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as t:
        entry = tarfile.TarInfo("link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "{{file}}"
        t.addfile(entry)
    packed.seek(0)
    tarfile.open(fileobj=packed).extractall("/")
    return open("/link").read()
attempt(unpack, link)
# --- the standard library rewritten
import os, sys, zipfile
def rewrite():
    with zipfile.ZipFile("/usr/local/lib/python312.zip", "a") as z:
        z.writestr("planted.py", "x = 1")
    return "rewritten"
attempt(rewrite, lambda: open(sys.executable, "wb").write(b"x"),
        # It works, on a copy in the run's own memory.
        lambda: open(os.__file__, "w").write("x = 1") and None)
# --- users and groups
attempt(lambda: __import__("pwd").getpwall(), lambda: __import__("grp").getgrall(), lambda: __import__("spwd").getspall(),
        lambda: __import__("getpass").getuser(), lambda: __import__("os").getlogin(),
        lambda: __import__("os.path").path.expanduser("~root").replace("~root", "") or None)
# --- a module from the host's files
import sys, importlib.util, runpy
def load():
    spec = importlib.util.spec_from_file_location("canary", "{{file}}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
def path():
    sys.path.insert(0, "{{folder}}")
    sys.path_importer_cache.clear()
    import canary
    return canary
attempt(load, path, lambda: runpy.run_path("{{file}}"))
