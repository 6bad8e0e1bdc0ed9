// SPDX-License-Identifier: GPL-2.0-only
//! A Debian for guests: a root file system from its packages, and the initramfs that finds it on a disk.
//!
//! debootstrap unpacks the packages here, which runs nothing of them. They are configured by an emulated machine that boots
//! into the new system once; that takes most of the time.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::apt::{self, RELEASE};
use super::initramfs::{self, Extra};
use super::{get, linux_modules};
use crate::process;

const INIT: &str = include_str!("init.sh");
const SECOND_STAGE: &str = include_str!("second-stage.sh");
/// Packages beside the essential ones.
const PACKAGES: &str =
    "systemd-sysv,systemd-resolved,udev,dbus,iproute2,iputils-ping,wget,kmod,ca-certificates";
/// Bytes of the file system, most of them free.
pub const SIZE: u64 = 640 << 20;
/// Drivers that the initramfs loads, in this order, below `kernel/` of the modules' folder.
const MODULES: &[&str] = &[
    "drivers/virtio/virtio_mmio",
    "drivers/block/virtio_blk",
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/net/virtio_net",
    "drivers/char/hw_random/virtio-rng",
    "crypto/crc32c_generic",
    "lib/crc16",
    "fs/mbcache",
    "fs/jbd2/jbd2",
    "fs/ext4/ext4",
];
/// How long the emulated machine may take.
const LIMIT: Duration = Duration::from_secs(3600);

/// What goes on beside its packages: network by DHCP on whatever there is.
const NETWORK: &str = "[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\n";
const FSTAB: &str = "/dev/vda / ext4 defaults 0 1\n";
/// Names that do not need the network.
const HOSTS: &str = "127.0.0.1 localhost\n127.0.1.1 debian\n::1 localhost ip6-localhost ip6-loopback\n";

/// The initramfs.
///
/// # Errors
/// When busybox or the kernel's modules cannot be had.
pub fn initramfs() -> Result<Vec<u8>> {
    let folder = linux_modules()?.join("kernel");
    let mut files = vec![("init".to_owned(), INIT.as_bytes().to_vec(), true)];
    let mut names = String::new();
    for module in MODULES {
        let path = folder.join(format!("{module}.ko"));
        let name = format!("{}.ko", module.rsplit('/').next().unwrap_or(module));
        names += &format!("{name}\n");
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.push((format!("root/{name}"), bytes, false));
    }
    files.push(("root/modules".to_owned(), names.into_bytes(), false));
    let extra: Vec<_> = files
        .iter()
        .map(|(path, bytes, executable)| Extra { path, bytes, executable: *executable })
        .collect();
    initramfs::busybox(&extra)
}

/// Makes the root file system at `path`.
///
/// # Errors
/// When a tool is missing or fails, packages cannot be fetched, or the emulated machine does not come to its end.
pub fn rootfs(path: &Path) -> Result<()> {
    for tool in ["debootstrap", "fakeroot", "mke2fs"] {
        ensure!(found(tool), "there is no `{tool}`: ./scripts/setup --debian installs it");
    }
    let work = process::temporary(path);
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    let made = make(&work).and_then(|image| Ok(fs::rename(image, path)?));
    let _ = fs::remove_dir_all(&work);
    made.context("cannot make the root file system of Debian")
}

/// Makes it in a folder of its own; where it is then.
fn make(work: &Path) -> Result<PathBuf> {
    let (tree, state, image) = (work.join("tree"), work.join("owners"), work.join("image"));
    let mut command = process::admin("fakeroot");
    command.arg("-s").arg(&state).args(["debootstrap", "--foreign", "--arch=arm64", "--variant=minbase"]);
    command.arg(format!("--include={PACKAGES}")).arg(RELEASE).arg(&tree).arg(apt::main_source()?);
    process::quiet("Debian's packages (arm64)", &mut command)?;
    super::store_program(&tree.join("fv-second-stage"), SECOND_STAGE.as_bytes())?;
    for (name, text) in [
        ("etc/fstab", FSTAB),
        ("etc/hostname", "debian\n"),
        ("etc/hosts", HOSTS),
        ("etc/systemd/network/20-wired.network", NETWORK),
    ] {
        super::store(&tree.join(name), text.as_bytes())?;
    }
    let mut command = process::admin("fakeroot");
    command.arg("-i").arg(&state).args(["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0"]);
    command.args(["-E", "lazy_itable_init=1", "-d"]).arg(&tree).arg(&image);
    command.arg(format!("{}k", SIZE / 1024));
    process::output(&mut command)?;
    configure(&image)?;
    Ok(image)
}

/// Boots an emulated machine from the file system, to configure its packages.
fn configure(image: &Path) -> Result<()> {
    let bar = process::spinner("configuring Debian in an emulated machine, some ten minutes, once");
    let mut command = Command::new("qemu-system-aarch64");
    command.args(["-M", "virt,gic-version=3", "-cpu", "cortex-a72", "-smp", "2", "-m", "1G", "-nographic"]);
    command.args(["-nic", "none", "-no-reboot", "-device", "virtio-blk-device,drive=root"]);
    command.arg("-kernel").arg(get("linux-6.1/Image")?).arg("-initrd").arg(get("debian.cpio")?);
    command.args(["-append", "console=ttyAMA0 loglevel=4 fv_root=/dev/vda fv_init=/fv-second-stage"]);
    let path = image.display().to_string().replace(',', ",,");
    command.arg("-drive").arg(format!("if=none,id=root,format=raw,cache=unsafe,file={path}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let mut output = child.stdout.take().context("no output")?;
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = output.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    });
    let end = Instant::now() + LIMIT;
    while child.try_wait()?.is_none() {
        if Instant::now() > end {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let said = reader.join().unwrap_or_default();
    bar.finish_and_clear();
    if !said.contains("second stage done") {
        let lines: Vec<&str> = said.lines().collect();
        bail!("the machine did not come to its end:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
    }
    Ok(())
}

fn found(name: &str) -> bool {
    std::env::split_paths(&process::admin_path()).any(|folder| folder.join(name).is_file())
}
