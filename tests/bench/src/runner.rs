// SPDX-License-Identifier: GPL-2.0-only
//! Runs tests: each in a process of its own, so that what one breaks is its own.

use crate::bench::Test;
use crate::machine;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How long a test may take.
const LIMIT: Duration = Duration::from_secs(120);

/// The drivers and their tests.
type Benches = &'static [(&'static str, &'static [Test])];

/// What the command line asks for.
#[derive(Default)]
struct Asked {
    filters: Vec<String>,
    trace: bool,
    list: bool,
    only: Option<String>,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--trace" => asked.trace = true,
            "--list" => asked.list = true,
            "--only" => asked.only = words.next(),
            option if option.starts_with('-') => return Err(format!("unknown option {option}")),
            _ => asked.filters.push(word),
        }
    }
    Ok(asked)
}

/// The program: runs the tests that have one of the words of the command line in their names, by default all. The last
/// line is `N passed, N failed`.
pub fn main(benches: Benches) -> ExitCode {
    let asked = match asked() {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("{error}\nusage: driver-bench [--trace] [--list] [TEXT]...");
            return ExitCode::from(2);
        }
    };
    let tests = || {
        benches.iter().flat_map(|(driver, tests)| {
            tests.iter().map(move |test| (format!("{driver}::{}", test.name), test))
        })
    };
    if let Some(only) = &asked.only {
        match tests().find(|(name, _)| name == only) {
            Some((_, test)) => machine::run(test, asked.trace),
            None => return ExitCode::from(2),
        }
    }
    let wanted =
        |name: &str| asked.filters.is_empty() || asked.filters.iter().any(|f| name.contains(f.as_str()));
    let tests: Vec<_> = tests().filter(|(name, _)| wanted(name)).collect();
    if asked.list {
        tests.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    }
    let (passed, failed) = run_all(&tests, asked.trace);
    if passed + failed == 0 && asked.filters.iter().any(|filter| filter.contains("::")) {
        eprintln!("no test has that name");
        return ExitCode::from(2);
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs tests, as many at a time as there are CPUs; those that are traced one after the other. Gives how many passed and
/// how many failed.
fn run_all(tests: &[(String, &Test)], trace: bool) -> (usize, usize) {
    let workers = if trace { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) };
    let (next, passed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((name, test)) = tests.get(next.fetch_add(1, Relaxed)) {
                    let start = Instant::now();
                    let outcome = run(name, test, trace);
                    let seconds = start.elapsed().as_secs_f64();
                    match outcome {
                        Ok(()) => {
                            println!("ok   {name} ({seconds:.1} s)");
                            passed.fetch_add(1, Relaxed);
                        }
                        Err(report) => println!("FAIL {name} ({seconds:.1} s): {report}"),
                    }
                }
            });
        }
    });
    let passed = passed.into_inner();
    (passed, tests.len() - passed)
}

/// Runs a test in a child.
fn run(name: &str, test: &Test, trace: bool) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(["--only", name]).stdin(Stdio::null());
    if trace {
        println!("--- {name}");
        command.arg("--trace");
    }
    if std::env::var_os("ASAN_SYMBOLIZER_PATH").is_none() {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let places = std::env::split_paths(&folders)
            .flat_map(|folder| (16..25).rev().map(move |n| folder.join(format!("llvm-symbolizer-{n}"))));
        if let Some(path) = places.into_iter().find(|path| path.exists()) {
            command.env("ASAN_SYMBOLIZER_PATH", path);
        }
    }
    let shown = trace && test.dies.is_none();
    if !shown {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    }
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let out = collect(child.stdout.take());
    let err = collect(child.stderr.take());
    let success = wait(&mut child);
    let said = format!("{}{}", out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if trace && !shown {
        print!("{said}");
    }
    match (test.dies, success) {
        (_, None) => Err(format!("was not done after {} s\n{said}", LIMIT.as_secs())),
        (None, Some(true)) => Ok(()),
        (None, Some(false)) => Err(format!("\n{said}")),
        (Some(report), Some(true)) => Err(format!("it should have died with `{report}`\n{said}")),
        (Some(report), Some(false)) if said.contains(report) => Ok(()),
        (Some(report), Some(false)) => Err(format!("it did not die with `{report}`\n{said}")),
    }
}

/// Reads all of a pipe on a thread, lest the child waits for it.
fn collect(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut all);
        }
        String::from_utf8_lossy(&all).into_owned()
    })
}

/// Whether the child succeeded; nothing if it took too long, and was ended.
fn wait(child: &mut Child) -> Option<bool> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if start.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}
