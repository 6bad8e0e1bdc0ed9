// SPDX-License-Identifier: GPL-2.0-only
//! Serial lines of the host that unmodified Linux drivers drive: what the terminal sends arrives at the other side of an
//! emulated UART, and the other way round.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use xtask::qemu::Overrides;

use crate::harness::{Context, DEBUG, Running, Setup, Test};

/// On QEMU's machine.
pub const QEMU_VIRT: &[Test] = &[Test {
    name: "serial_a_pl011_sends_and_receives",
    limit: 90,
    profiles: DEBUG,
    run: a_pl011_sends_and_receives,
}];

/// How long the other side waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The other side of the machine's second serial line.
struct Socket(PathBuf);

impl Socket {
    /// Paths of sockets are short, those of tests are not.
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("fv-{name}-{}", std::process::id())))
    }

    fn arguments(&self) -> Vec<String> {
        let device = format!("socket,id=line,path={},server=on,wait=off", self.0.display());
        ["-chardev", &device, "-serial", "chardev:line"].map(str::to_owned).into()
    }

    fn connect(&self) -> Result<UnixStream> {
        let stream = UnixStream::connect(&self.0).context("the emulator's second serial line")?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Reads as many bytes as `expected` has.
fn expect(stream: &mut UnixStream, expected: &[u8]) -> Result<()> {
    let mut seen = vec![0; expected.len()];
    let start = Instant::now();
    let mut count = 0;
    while count < seen.len() && start.elapsed() < PATIENCE {
        match stream.read(&mut seen[count..]) {
            Ok(0) => bail!("the line was closed"),
            Ok(n) => count += n,
            Err(error) => bail!("{error} after {:?}", String::from_utf8_lossy(&seen[..count])),
        }
    }
    ensure!(seen == expected, "the other side sees {:?}", String::from_utf8_lossy(&seen));
    Ok(())
}

/// The line's record.
fn info(machine: &mut Running, line: &str) -> Result<serde_json::Value> {
    machine.json(&format!("serial info {line}"))
}

/// Sends and receives on a line; its counters tell the same.
fn talk(machine: &mut Running, line: &str, stream: &mut UnixStream) -> Result<()> {
    let before = info(machine, line)?;
    let sent = machine.json(&format!("serial write {line} 'from the terminal\\r\\n'"))?;
    ensure!(sent["sent"] == 19, "`serial write` says: {sent}");
    expect(stream, b"from the terminal\r\n")?;
    stream.write_all(b"from the other side")?;
    let mut text = String::new();
    for _ in 0..10 {
        let read = machine.json(&format!("serial read {line} 500"))?;
        text.push_str(read["text"].as_str().unwrap_or_default());
        if text.len() >= 19 {
            break;
        }
    }
    ensure!(text == "from the other side", "`serial read` gives {text:?}");
    let after = info(machine, line)?;
    for (what, count) in [("tx", 19), ("rx", 19)] {
        let more = after[what].as_u64().zip(before[what].as_u64()).map(|(after, before)| after - before);
        ensure!(more == Some(count), "{what}: from {before} to {after}");
    }
    for what in ["frame_errors", "parity_errors", "overruns", "lost"] {
        ensure!(after[what] == 0, "{what}: {after}");
    }
    ensure!(after["open"] == 1, "the terminal has it open: {after}");
    Ok(())
}

/// Both ways, with other parameters, and again after its driver has let go of the device while it was open.
fn drives(machine: &mut Running, driver: &str, line: &str, socket: &Socket) -> Result<()> {
    let mut stream = socket.connect()?;
    let lines = machine.json("serial list")?;
    ensure!(
        lines.as_array().is_some_and(|lines| lines.iter().any(|l| l["line"] == line)),
        "no {line}: {lines}"
    );
    talk(machine, line, &mut stream)?;
    let set = machine.json(&format!("serial set {line} baud=9600 frame=7e2"))?;
    ensure!(set["settings"] == "9600 7e2", "`serial set` says: {set}");
    machine.json(&format!("serial set {line} baud=115200 frame=8n1"))?;
    let devices = machine.json("device list")?;
    let device = devices.as_array().into_iter().flatten().find(|d| d["driver"] == driver);
    let path =
        device.and_then(|d| d["path"].as_str()).with_context(|| format!("{driver}: {devices}"))?.to_owned();
    for _ in 0..3 {
        machine.command(&format!("device unbind {path}"))?;
        let gone = machine.command(&format!("serial info {line}"))?;
        ensure!(gone.contains("error"), "without its driver the line is still there: {gone}");
        machine.command(&format!("device bind {path}"))?;
        talk(machine, line, &mut stream)?;
    }
    Ok(())
}

fn a_pl011_sends_and_receives(context: &Context) -> Result<()> {
    let socket = Socket::new("pl011");
    let mut machine = context.boot(Setup {
        drivers: ["clk-fixed-rate", "amba-pl011"].map(str::to_owned).into(),
        machine: Overrides { extra: socket.arguments(), ..Overrides::default() },
        ..Setup::default()
    })?;
    machine.wait_for_prompt()?;
    drives(&mut machine, "uart-pl011", "ttyAMA1", &socket)
}
