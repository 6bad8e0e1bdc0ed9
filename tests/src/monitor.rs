// SPDX-License-Identifier: GPL-2.0-only
//! The emulator's own monitor (QMP), for tests that change the machine while it runs, such as a card that is pulled
//! out, and to look at a machine that stands still.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// How long the emulator may take to open its monitor, or to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The drive of the SD card, as `xtask::qemu` names it.
const CARD: &str = "sd";

/// Where a machine's monitor will be.
pub struct Place(PathBuf);

impl Place {
    /// A place for the monitor of another machine.
    pub fn new() -> Place {
        static MACHINES: AtomicUsize = AtomicUsize::new(0);
        let number = MACHINES.fetch_add(1, Ordering::Relaxed);
        // The path of a socket must be short, and the test's folder may be anywhere.
        let name = format!("ferrovisor-{}-{number}.qmp", std::process::id());
        Place(std::env::temp_dir().join(name))
    }

    /// What the emulator is to be told, among its further arguments.
    pub fn arguments(&self) -> [String; 2] {
        ["-qmp".into(), format!("unix:{},server=on,wait=off", self.0.display())]
    }

    /// Opens the monitor of the machine, which was just started.
    ///
    /// # Errors
    /// When it does not open, or does not speak QMP.
    pub fn open(&self) -> Result<Monitor> {
        let stream = connect(&self.0)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut monitor = Monitor { lines: BufReader::new(stream.try_clone()?), stream };
        monitor.line().context("the monitor says nothing")?;
        monitor.ask("qmp_capabilities", json!({}))?;
        Ok(monitor)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The emulator may have removed it.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn connect(path: &Path) -> Result<UnixStream> {
    let end = Instant::now() + PATIENCE;
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return Ok(stream),
            Err(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error).context("the emulator opens no monitor"),
        }
    }
}

/// An open monitor.
pub struct Monitor {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Monitor {
    fn line(&mut self) -> Result<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// Has the emulator carry out a command; gives what it returns.
    ///
    /// # Errors
    /// When it refuses, or does not answer.
    pub fn ask(&mut self, command: &str, arguments: Value) -> Result<Value> {
        let question = json!({ "execute": command, "arguments": arguments });
        self.stream.write_all(format!("{question}\n").as_bytes())?;
        loop {
            // Events may come before the answer.
            let mut said = self.line().with_context(|| format!("no answer to `{command}`"))?;
            if let Some(answer) = said.get_mut("return") {
                return Ok(answer.take());
            }
            if let Some(error) = said.get("error") {
                bail!("the emulator refuses `{command}`: {error}");
            }
        }
    }

    /// What a line of the monitor for people is answered with, on a CPU.
    ///
    /// # Errors
    /// As [`Monitor::ask`].
    pub fn human(&mut self, cpu: u64, line: &str) -> Result<String> {
        let arguments = json!({ "command-line": line, "cpu-index": cpu });
        let answer = self.ask("human-monitor-command", arguments)?;
        Ok(answer.as_str().context("an answer that is no text")?.to_owned())
    }

    /// The 32-bit word at a physical address, read behind the hypervisor's back.
    ///
    /// # Errors
    /// As [`Monitor::ask`].
    pub fn word(&mut self, address: u64) -> Result<u64> {
        let command = format!("xp /1xw {address:#x}");
        let said = self.human(0, &command)?;
        let digits = said.trim().rsplit_once("0x").with_context(|| format!("`{command}`: {said}"))?.1;
        Ok(u64::from_str_radix(digits, 16)?)
    }

    /// How many CPUs the machine has.
    ///
    /// # Errors
    /// As [`Monitor::ask`].
    pub fn cpus(&mut self) -> Result<u64> {
        let cpus = self.ask("query-cpus-fast", json!({}))?;
        Ok(cpus.as_array().context("an answer that is no list")?.len() as u64)
    }

    /// Pulls the SD card out.
    ///
    /// # Errors
    /// As [`Monitor::ask`].
    pub fn pull_card(&mut self) -> Result<()> {
        self.ask("eject", json!({ "device": CARD, "force": true })).map(drop)
    }

    /// Puts an SD card in: this image. What the machine writes to it stays.
    ///
    /// # Errors
    /// As [`Monitor::ask`].
    pub fn insert_card(&mut self, image: &Path) -> Result<()> {
        let arguments = json!({ "device": CARD, "filename": image, "format": "raw" });
        self.ask("blockdev-change-medium", arguments).map(drop)
    }

    /// The file of the SD card that is in; none if the slot is empty.
    ///
    /// # Errors
    /// As [`Monitor::ask`]; and when the machine has no slot.
    pub fn card(&mut self) -> Result<Option<String>> {
        let blocks = self.ask("query-block", json!({}))?;
        let slot = blocks.as_array().and_then(|all| all.iter().find(|block| block["device"] == CARD));
        let slot = slot.with_context(|| format!("the machine has no SD slot: {blocks}"))?;
        Ok(slot["inserted"]["image"]["filename"].as_str().map(str::to_owned))
    }
}
