// SPDX-License-Identifier: GPL-2.0-only
//! What a system test is, what it gets, and how all of them are run.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use xtask::image::{self, Image, Profile};
use xtask::qemu::{Machine, Overrides};
use xtask::run::Bundle;
use xtask::session::{self, Failure, Session};
use xtask::{bundle, project};

use crate::monitor::{Monitor, Place};
use crate::stuck;

/// The profiles of the image that a test runs with.
#[derive(Clone, Copy)]
pub struct Profiles {
    list: &'static [Profile],
    /// Which of them is enough where each test is to run once.
    once: Once,
}

/// Which profiles a test runs with where each is to run once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Once {
    /// All that it is for.
    All,
    /// One, by turns with the other tests.
    Turns,
    /// The last.
    Last,
}

/// Both profiles: what most tests are for. One of them where each test is to run once.
pub const BOTH: Profiles = Profiles { list: &[Profile::Release, Profile::Debug], once: Once::Turns };
/// Both profiles, always.
pub const EACH: Profiles = Profiles { once: Once::All, ..BOTH };
/// Both profiles of an image that few tests have: the debug one, which is built in less time, where each is to run once.
pub const OWN_IMAGE: Profiles = Profiles { once: Once::Last, ..BOTH };
/// Where the release image would show nothing new.
pub const DEBUG: Profiles = Profiles { list: &[Profile::Debug], once: Once::All };
/// Where the other profile would show nothing new, or a number is measured.
pub const RELEASE: Profiles = Profiles { list: &[Profile::Release], once: Once::All };

/// A system test. It fails by returning an error, never by a panic.
pub struct Test {
    /// Its name, `module_what_it_shows`.
    pub name: &'static str,
    /// Seconds that each machine which it boots may run.
    pub limit: u64,
    /// The profiles of the image that it runs with.
    pub profiles: Profiles,
    /// The test itself.
    pub run: fn(&Context) -> Result<()>,
}

/// What to boot other than the board and the test say by themselves.
#[derive(Default)]
pub struct Setup {
    /// The guests' sources: files of the board (see [`Context::guest_file`]) or of the test
    /// (see [`Context::guest`]).
    pub guests: Vec<PathBuf>,
    /// Bytes to boot with in place of a bundle of guests, whatever they are.
    pub bundle: Option<Vec<u8>>,
    /// The machine.
    pub machine: Overrides,
    /// Whether a reset ends the machine.
    pub no_reboot: bool,
    /// How the image gets into the machine.
    pub entry: Entry,
    /// Options of the image that the board's file does not have: lines of TOML.
    pub options: &'static str,
    /// Linux drivers besides those of the board: folders of `ported-drivers/`.
    pub drivers: Vec<String>,
    /// Whether guests are started from the disk that the board's `guests.from` names.
    pub guests_from_disk: bool,
}

/// How the image gets into the machine.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// As a boot loader does it: by the header of an arm64 `Image`, with the device tree in x0.
    #[default]
    Loader,
    /// CPU 0 starts at the image's first byte, in the state of a machine that was switched on.
    Raw,
    /// CPU 0 starts at a few instructions that enter the image with this address in x0. The emulator
    /// does not look at what is there.
    Tree(u64),
    /// The same, after CPU 1 was sent to wait at [`RELEASE_WORD`] as firmware with a spin table has it.
    SpinTable(u64),
}

/// A program that switches on up to three more vCPUs, all of which then do nothing, without ever waiting.
pub const SPIN: &[u32] = &[
    0xd280_0025, // mov x5, #1
    0xd280_0060, // again: movz x0, #0x0003
    0xf2b8_8000, // movk x0, #0xc400, lsl #16
    0xaa05_03e1, // mov x1, x5
    0x1000_00c2, // adr x2, spin
    0xd280_0003, // mov x3, #0
    0xd400_0002, // hvc #0: CPU_ON
    0x9100_04a5, // add x5, x5, #1
    0xf100_10bf, // cmp x5, #4
    0x54ff_ff01, // b.ne again
    0x1400_0000, // spin: b .
];

/// Where the image is put if not by its header.
const IMAGE: u64 = 0x4020_0000;
/// Where the instructions of [`Entry::Tree`] are put.
const TRAMPOLINE: u64 = 0x4010_0000;
/// Where those that CPU 1 waits with are put, by [`Entry::SpinTable`].
pub const PEN: u64 = 0x4010_1000;
/// The word that CPU 1 waits at.
pub const RELEASE_WORD: u64 = 0x4010_1ff8;

/// Every Linux driver that a test on QEMU's machine, whose board names none, looks at: one image for all of them.
pub fn virt_drivers() -> Vec<String> {
    let drivers =
        ["clk-fixed-rate", "example-fw-cfg", "gpio-pl061", "rtc-pl031", "virtio-mmio", "virtio-net"];
    drivers.map(str::to_owned).into()
}

/// A test at work: where it boots machines.
pub struct Context {
    /// The board.
    pub board: &'static str,
    /// The image's profile.
    pub profile: Profile,
    limit: Duration,
    folder: PathBuf,
    /// What each machine that was booted said.
    logs: Mutex<Vec<Arc<Mutex<Vec<u8>>>>>,
}

/// A machine of a test. It ends when this is dropped.
pub struct Running {
    /// Its serial line.
    pub session: Session,
    /// Where the emulator's monitor is.
    place: Place,
    log: Arc<Mutex<Vec<u8>>>,
    /// The file that it booted from.
    _bundle: Option<Bundle>,
}

impl std::ops::Deref for Running {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

impl std::ops::DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Context {
    fn new(choice: &Choice) -> Result<Context> {
        let Choice { name, profile, board, test } = choice;
        let folder = project::target().join("system-tests").join(name);
        // What an earlier run left there is old.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let limit = Duration::from_secs(test.limit);
        Ok(Context { board, profile: *profile, limit, folder, logs: Mutex::default() })
    }

    /// Boots a machine.
    ///
    /// # Errors
    /// When something cannot be built, or the emulator cannot be started.
    pub fn boot(&self, setup: Setup) -> Result<Running> {
        let board = project::board(self.board)?;
        let bundle = match &setup.bundle {
            Some(bytes) => Some(Bundle::store(bytes)?),
            None => Bundle::pack(&setup.guests)?,
        };
        let image = built(self.board, self.profile, setup.options, &setup.drivers, false)?;
        let initrd = bundle.as_ref().map(|file| file.0.clone());
        let mut machine = Machine::new(&board, &setup.machine, image.bin, initrd)?;
        machine.no_reboot = setup.no_reboot;
        if !setup.guests_from_disk && xtask::run::guests_from_disk(&board) {
            machine.append = Some("guests.from=".into());
        }
        let log = Arc::new(Mutex::default());
        lock(&self.logs).push(Arc::clone(&log));
        let mut command = self.enter(machine.piped(), setup.entry)?;
        let place = Place::new();
        let session = Session::start(command.args(place.arguments()), self.limit, Copy(Arc::clone(&log)))?;
        Ok(Running { session, place, log, _bundle: bundle })
    }

    /// The command with the image entered in another way.
    fn enter(&self, command: Command, entry: Entry) -> Result<Command> {
        if entry == Entry::Loader {
            return Ok(command);
        }
        let mut other = Command::new(command.get_program());
        let mut words = command.get_args();
        while let Some(word) = words.next() {
            if word != "-kernel" {
                other.arg(word);
                continue;
            }
            let image = words.next().context("-kernel without a file")?.to_string_lossy();
            let loader = |file: &str, address: u64, cpu: &str| {
                ["-device".to_owned(), format!("loader,file={file},addr={address:#x},force-raw=on{cpu}")]
            };
            match entry {
                Entry::Tree(tree) | Entry::SpinTable(tree) => {
                    let mut code = Vec::new();
                    if entry == Entry::SpinTable(tree) {
                        // CPU_ON of CPU 1 at the pen.
                        code.extend([load(0, 0xc400_0003), load(1, 1), load(2, PEN)].concat());
                        code.push(0xd400_0003); // smc #0
                        let file = self.code("pen.bin", &[&load(1, RELEASE_WORD)[..], WAIT].concat())?;
                        other.args(loader(&file.to_string_lossy(), PEN, ""));
                    }
                    code.extend([&load(0, tree)[..], &load(1, IMAGE), &[0xd61f_0020]].concat());
                    let file = self.code("trampoline.bin", &code)?;
                    other.args(loader(&image, IMAGE, ""));
                    other.args(loader(&file.to_string_lossy(), TRAMPOLINE, ",cpu-num=0"));
                }
                _ => drop(other.args(loader(&image, IMAGE, ",cpu-num=0"))),
            }
        }
        Ok(other)
    }

    /// A file of instructions.
    fn code(&self, name: &str, code: &[u32]) -> Result<PathBuf> {
        let bytes: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.file(name, &bytes)
    }

    /// A guest that runs these instructions, loaded raw at the start of its 16 MiB of RAM, with this
    /// inside `/vcpus`. It does not start by itself.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn program(&self, name: &str, code: &[u32], vcpus: &str) -> Result<PathBuf> {
        self.code(&format!("{name}.bin"), code)?;
        let text = format!(
            "/dts-v1/;
            / {{
                compatible = \"ferrovisor,guest\";
                vcpus {{ {vcpus} }};
                memory {{ size = <0x0 0x1000000>; }};
                images {{
                    kernel {{ file = \"{name}.bin\"; format = \"raw\"; load-address = <0x0 0x40000000>; }};
                }};
                uart0 {{ compatible = \"arm,pl011\"; }};
            }};"
        );
        self.guest(name, &text)
    }

    /// A guest of the board under another name, its source changed: each of the texts, which must be
    /// there, becomes the other.
    ///
    /// # Errors
    /// When the source cannot be read, or does not have a text that is to be changed.
    pub fn variant(&self, of: &str, name: &str, changes: &[(&str, &str)]) -> Result<PathBuf> {
        let path = self.guest_file(&format!("{of}.dts"));
        let mut text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for (old, new) in changes {
            ensure!(text.contains(old), "{} has no `{old}` any more", path.display());
            text = text.replace(old, new);
        }
        self.guest(name, &text)
    }

    /// The board's image, as it is without options of the test.
    ///
    /// # Errors
    /// When it does not build.
    pub fn image(&self) -> Result<Image> {
        built(self.board, self.profile, "", &[], false)
    }

    /// Leaves out of a failure's account what the machines so far have said: they were in order.
    pub fn forget(&self) {
        lock(&self.logs).clear();
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file among the board's guests, such as `linux0.dts`.
    pub fn guest_file(&self, name: &str) -> PathBuf {
        project::board_folder(self.board).join("guests").join(name)
    }

    /// A guest described by the test: writes the text as `NAME.dts`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn guest(&self, name: &str, text: &str) -> Result<PathBuf> {
        self.file(&format!("{name}.dts"), text.as_bytes())
    }

    /// Writes a file that is there as long as the test runs, and until the next time.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// The bundle of these guests, to be changed before it is booted.
    ///
    /// # Errors
    /// When a source has mistakes or an image cannot be had.
    pub fn pack(&self, guests: &[PathBuf]) -> Result<Vec<u8>> {
        bundle::pack(guests)
    }
}

/// Waits until the word at x1 is an address, and goes there as boot loaders start a CPU.
const WAIT: &[u32] = &[
    0xd503_205f, // again: wfe
    0xf940_0022, // ldr x2, [x1]
    0xb4ff_ffc2, // cbz x2, again
    0xaa1f_03e0, // mov x0, xzr
    0xaa1f_03e1, // mov x1, xzr
    0xd61f_0040, // br x2
];

/// The instructions that put a value into a register.
fn load(register: u32, value: u64) -> [u32; 4] {
    let movk =
        |part: u32| 0xf280_0000 | part << 21 | ((value >> (16 * part)) as u32 & 0xffff) << 5 | register;
    let movz = 0xd280_0000 | (value as u32 & 0xffff) << 5 | register;
    [movz, movk(1), movk(2), movk(3)]
}

impl Running {
    /// Opens the emulator's monitor, which one at a time may have.
    ///
    /// # Errors
    /// As [`Place::open`].
    pub fn monitor(&self) -> Result<Monitor> {
        self.place.open()
    }

    /// What a command says with `--json`.
    ///
    /// # Errors
    /// When the prompt does not come back, or no line of the answer is JSON.
    pub fn json(&mut self, command: &str) -> Result<Value> {
        let answer = self.command(&format!("{command} --json"))?;
        let line = answer.lines().find_map(|line| serde_json::from_str::<Value>(line.trim()).ok());
        line.with_context(|| format!("`{command} --json` says: {answer}"))
    }

    /// A command that must not fail.
    ///
    /// # Errors
    /// When it does.
    pub fn done(&mut self, command: &str) -> Result<String> {
        let answer = self.command(command)?;
        // Log lines begin with their time: what they say is not the command's own failure.
        let failed = answer.split(['\n', '\r']).any(|line| line.starts_with("error: "));
        ensure!(!failed, "`{command}` says: {answer}");
        Ok(answer)
    }

    /// Goes to a guest's console, waits for a text there, and comes back. Gives all that was shown.
    ///
    /// # Errors
    /// When the text does not come.
    pub fn console(&mut self, guest: &str, text: &str) -> Result<String> {
        let start = self.type_line(&format!("console {guest}"))?;
        self.wait_for(text)?;
        self.leave_console()?;
        Ok(self.log().get(start..).unwrap_or_default().to_owned())
    }

    /// Presses the key that leads from a console to the prompt.
    ///
    /// # Errors
    /// When the prompt does not come back.
    pub fn leave_console(&mut self) -> Result<(), Failure> {
        self.send_bytes(b"\x1d")?;
        self.wait_for_prompt()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.session.timed_out() {
            let seen = stuck::look(self);
            lock(&self.log).extend_from_slice(seen.as_bytes());
            if let Err(error) = stuck::ask(self) {
                lock(&self.log).extend_from_slice(format!("\nit does not answer: {error:#}").as_bytes());
            }
        }
    }
}

/// Keeps what a machine says.
struct Copy(Arc<Mutex<Vec<u8>>>);

impl Write for Copy {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The value behind a lock; data that is only appended to is whole even if its last holder died.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An image that was built, or is being built.
type Slot = Arc<Mutex<Option<Image>>>;

/// The image, built once in a run.
fn built(
    board: &'static str,
    profile: Profile,
    options: &'static str,
    drivers: &[String],
    no_build: bool,
) -> Result<Image> {
    // Each with a lock of its own: a test whose image is there does not wait while another one's is built.
    static IMAGES: Mutex<Option<HashMap<String, Slot>>> = Mutex::new(None);
    let key = format!("{board} {profile} {options} {}", drivers.join(","));
    let place = Arc::clone(lock(&IMAGES).get_or_insert_default().entry(key).or_default());
    let mut place = lock(&place);
    if let Some(image) = &*place {
        return Ok(image.clone());
    }
    let folder = project::target().join(board).join(profile.to_string());
    let image = if !options.is_empty() {
        image::build_with_options(board, profile, options)?
    } else if !drivers.is_empty() {
        image::build_with(board, profile, drivers)?
    } else if no_build {
        Image { elf: folder.join("ferrovisor"), bin: folder.join("ferrovisor.bin") }
    } else {
        image::build(board, profile)?
    };
    *place = Some(image.clone());
    Ok(image)
}

/// What the runner was asked for.
pub struct Wishes {
    /// Only tests whose name contains this.
    pub filter: Option<String>,
    /// Only this profile.
    pub profile: Option<Profile>,
    /// Each test with one profile, unless it is there for both.
    pub once: bool,
    /// How many at a time.
    pub jobs: usize,
    /// Whether the images are there and nothing is to be built.
    pub no_build: bool,
}

/// Tests that run on a board.
pub struct Group {
    /// The board.
    pub board: &'static str,
    /// The tests.
    pub tests: &'static [Test],
}

/// A test to run with a profile of the image.
pub struct Choice {
    /// The test's name with the profile.
    pub name: String,
    profile: Profile,
    board: &'static str,
    test: &'static Test,
}

/// The limit of a short test, in seconds.
const SHORT: u64 = 90;

/// The tests to run, those first that may take long, so that the jobs end together.
pub fn select(groups: &[Group], wishes: &Wishes) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut turn = 0;
    for (board, test) in groups.iter().flat_map(|group| group.tests.iter().map(|test| (group.board, test))) {
        let Profiles { list, once } = test.profiles;
        let skipped = match once {
            _ if !wishes.once => None,
            Once::All => None,
            Once::Last => list.len().checked_sub(1),
            Once::Turns => {
                // So that much is seen of both.
                turn += 1;
                Some(turn % list.len())
            }
        };
        let most = if skipped.is_some() { 1 } else { list.len() };
        for &profile in list.iter().skip(skipped.unwrap_or(0)).take(most) {
            choices.push(Choice { name: format!("{}_{profile}", test.name), profile, board, test });
        }
    }
    choices.retain(|choice| {
        wishes.filter.as_ref().is_none_or(|filter| choice.name.contains(filter))
            && wishes.profile.is_none_or(|wish| wish == choice.profile)
    });
    choices.sort_by_key(|choice| Reverse(choice.test.limit));
    choices
}

/// Builds the boards' images and our own guests for these tests, or finds them.
fn build(tests: &[Choice], no_build: bool) -> Result<()> {
    image::guest("ticker").context("our own guests do not build")?;
    for Choice { board, profile, .. } in tests {
        built(board, *profile, "", &[], no_build)
            .with_context(|| format!("the {profile} image for {board} does not build"))?;
    }
    Ok(())
}

/// Runs the tests; gives how many passed and how many failed.
pub fn run(tests: &[Choice], wishes: &Wishes) -> (usize, usize) {
    // All that is built and fetched comes first: it is not the tests' time.
    if let Err(error) = build(tests, wishes.no_build) {
        println!("FAIL {error:#}");
        return (0, tests.len());
    }
    let (passed, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (left, output) = (Mutex::new(tests.iter().collect::<VecDeque<_>>()), Mutex::new(()));
    let jobs = wishes.jobs.max(1);
    // One more job has the short tests where there are several: those wait more than they compute.
    std::thread::scope(|scope| {
        for job in 0..jobs + usize::from(jobs > 1) {
            let (left, output, passed, failed) = (&left, &output, &passed, &failed);
            scope.spawn(move || {
                while let Some(choice) = next(left, job < jobs) {
                    let name = &choice.name;
                    let start = Instant::now();
                    let context = Context::new(choice);
                    let outcome = context
                        .as_ref()
                        .map_err(|error| anyhow::anyhow!("{error:#}"))
                        .and_then(choice.test.run);
                    let seconds = start.elapsed().as_secs_f64();
                    let _alone = lock(output);
                    match outcome {
                        Ok(()) => {
                            passed.fetch_add(1, Ordering::Relaxed);
                            println!("ok   {name} ({seconds:.1} s)");
                        }
                        Err(error) => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            println!("FAIL {name} ({seconds:.1} s): {error:#}");
                            context.iter().for_each(show_logs);
                        }
                    }
                }
            });
        }
    });
    (passed.into_inner(), failed.into_inner())
}

/// The next test of a job: for one that takes all, the longest that is left; else the shortest, if it is a
/// short one.
fn next<'a>(left: &Mutex<VecDeque<&'a Choice>>, all: bool) -> Option<&'a Choice> {
    let mut left = lock(left);
    if all { left.pop_front() } else { left.pop_back_if(|choice| choice.test.limit <= SHORT) }
}

/// Bytes of a long serial log that are shown of its beginning and of its end.
const SHOWN: usize = 128 << 10;

/// Prints what a failed test's machines said. Of a long log only both ends, with the file that has all of it.
fn show_logs(context: &Context) {
    for (index, log) in lock(&context.logs).iter().enumerate() {
        println!("---- serial log {} ----", index + 1);
        let log = lock(log);
        let Some((first, last)) = session::ends(&log, SHOWN) else {
            println!("{}", String::from_utf8_lossy(&log).trim_end());
            continue;
        };
        let file = context.folder.join(format!("serial-{}.log", index + 1));
        let whole = match fs::write(&file, &*log) {
            Ok(()) => format!("all of it is in {}", file.display()),
            Err(error) => format!("cannot write {}: {error}", file.display()),
        };
        println!("{}", String::from_utf8_lossy(first).trim_end());
        println!("---- {} bytes left out; {whole} ----", log.len() - first.len() - last.len());
        println!("{}", String::from_utf8_lossy(last).trim_end());
    }
    println!("---- end ----");
}
