// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask run`: builds, bundles, and starts the machine, for a person or for a script.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use board_config::{Board, Value};
use clap::Args;

use crate::image::{self, Profile};
use crate::qemu::{Card, Machine, Overrides};
use crate::script::Script;
use crate::session::Session;
use crate::{artifacts, bundle, card, process, project};

/// How long a script may take unless told, in seconds.
const SCRIPT_LIMIT: u64 = 300;

/// Arguments of `cargo xtask run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// The board to emulate: a folder of boards/
    #[arg(default_value = "qemu-virt")]
    pub board: String,
    /// A guest's device tree source; may be given more than once [default: the board's guests/linux0.dts,
    /// or those of its disk where `guests.from` names one]
    #[arg(long = "guest", value_name = "FILE.dts")]
    pub guests: Vec<PathBuf>,
    /// Boot without any guest
    #[arg(long, conflicts_with = "guests")]
    pub no_guest: bool,
    /// Type this file's lines at the management terminal, each when the prompt shows.
    ///
    /// The exit status is 0 if the last line ran and nothing panicked. A line that starts with # is left
    /// out. `@wait TEXT` waits until the text shows, `@send TEXT` types a line at once (to a guest, after
    /// `console NAME`), `@key NAME` presses a key such as ctrl-], `@sleep SECONDS` waits.
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Number of CPUs
    #[arg(long, value_name = "N")]
    pub cpus: Option<u32>,
    /// CPU type, such as cortex-a53, cortex-a72 or max
    #[arg(long, value_name = "TYPE")]
    pub cpu: Option<String>,
    /// RAM, such as 176M or 2G
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<String>,
    /// GIC version
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=3))]
    pub gic: Option<u32>,
    /// End the machine after so many seconds [default: 300 with --script, else never]
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// How to compile
    #[arg(long, value_enum, default_value = "release")]
    pub profile: Profile,
    /// The SD card's image, which is written to, or `none` [default: one that the board asks for, made anew]
    #[arg(long, value_name = "FILE")]
    pub sd: Option<PathBuf>,
    /// A card with Debian, as the root file system of the board's guest `debian`; what is written stays
    #[arg(long, conflicts_with = "sd")]
    pub debian: bool,
    /// Linux drivers besides those of the board, by commas: folders of ported-drivers/
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub drivers: Vec<String>,
    /// Further arguments for QEMU
    #[arg(last = true, value_name = "QEMU ARGS")]
    pub qemu: Vec<String>,
}

/// Builds everything and runs the machine.
///
/// # Errors
/// When something cannot be built or fetched, or a script fails.
pub fn run(args: &RunArgs) -> Result<()> {
    let board = project::board(&args.board)?;
    let script = args.script.as_ref().map(|path| {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Script::parse(&path.display().to_string(), &text)
    });
    let script = script.transpose()?;
    let overrides = Overrides {
        cpu: args.cpu.clone(),
        cpus: args.cpus,
        memory: args.memory.clone(),
        gic: args.gic,
        card: match &args.sd {
            None if args.debian => Card::File(card::with_debian(&board)?),
            None => Card::Board,
            Some(path) if path.as_os_str() == "none" => Card::None,
            Some(path) => Card::File(path.clone()),
        },
        extra: args.qemu.clone(),
    };
    let guests = match (args.no_guest, args.guests.is_empty()) {
        (true, _) => Vec::new(),
        (false, false) => args.guests.clone(),
        (false, true) => default_guests(&board),
    };
    let image = image::build_with(&args.board, args.profile, &args.drivers)?;
    let bundle = Bundle::pack(&guests)?;
    let mut machine =
        Machine::new(&board, &overrides, image.bin, bundle.as_ref().map(|file| file.0.clone()))?;
    match script {
        Some(script) => {
            machine.no_reboot = script.ends_with_reset();
            run_script(&machine, &script, Duration::from_secs(args.timeout.unwrap_or(SCRIPT_LIMIT)))
        }
        None => {
            greet(&board, &guests);
            interact(&machine, args.timeout.map(Duration::from_secs))
        }
    }
}

/// What goes into the bundle unless told: nothing where the board has its guests on a disk.
fn default_guests(board: &Board) -> Vec<PathBuf> {
    if guests_from_disk(board) {
        Vec::new()
    } else {
        vec![project::board_folder(&board.id).join("guests/linux0.dts")]
    }
}

/// Whether the board's guests are on a disk of its own.
pub fn guests_from_disk(board: &Board) -> bool {
    matches!(board.get("guests.from"), Some(Value::String(from)) if !from.is_empty())
}

/// The file of a bundle, of this process alone: another run may have other guests. It goes away with
/// this.
pub struct Bundle(pub PathBuf);

impl Bundle {
    /// Writes the bundle of these guests; none for no guests.
    ///
    /// # Errors
    /// When a guest's source has mistakes or an image cannot be had.
    pub fn pack(guests: &[PathBuf]) -> Result<Option<Bundle>> {
        if guests.is_empty() {
            return Ok(None);
        }
        Ok(Some(Bundle::store(&bundle::pack(guests)?)?))
    }

    /// Writes these bytes as a bundle, whatever they are.
    ///
    /// # Errors
    /// When the target folder cannot be written.
    pub fn store(bytes: &[u8]) -> Result<Bundle> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}.cpio", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = project::target().join("bundles").join(name);
        artifacts::store(&path, bytes)?;
        Ok(Bundle(path))
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        // What is left in the target folder is in nobody's way.
        let _ = fs::remove_file(&self.0);
    }
}

/// Runs a script against the machine; the serial log goes to standard output.
fn run_script(machine: &Machine, script: &Script, limit: Duration) -> Result<()> {
    let mut session = Session::start(&mut machine.piped(), limit, std::io::stdout())?;
    let outcome = script.run(&mut session);
    drop(session);
    println!();
    outcome
}

/// Says how to get about and how to leave, before the terminal belongs to the machine.
fn greet(board: &Board, guests: &[PathBuf]) {
    eprintln!(
        "Starting {}. At its management terminal `help` lists the commands and `poweroff` ends it;",
        board.name
    );
    eprintln!("Ctrl-A X ends QEMU, whatever runs.");
    let guest = guests.first().and_then(|path| path.file_stem()).map(|name| name.to_string_lossy());
    if let (Some(guest), Some(Value::Key(key))) = (guest, board.get("console.escape")) {
        eprintln!(
            "`console {guest}` leads to that guest's console, {} back.",
            Value::Key(*key).to_string().trim_matches('"')
        );
    }
}

/// Leaves the terminal to the machine.
fn interact(machine: &Machine, limit: Option<Duration>) -> Result<()> {
    let mut command = machine.interactive();
    let Some(limit) = limit else { return process::run(&mut command) };
    let mut child = command.spawn().with_context(|| format!("cannot run `{}`", process::shown(&command)))?;
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return if status.success() { Ok(()) } else { bail!("the machine ended: {status}") };
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill()?;
    child.wait()?;
    bail!("stopped after {} s, as --timeout says", limit.as_secs())
}
