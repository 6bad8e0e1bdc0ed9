// SPDX-License-Identifier: GPL-2.0-only
//! Runs other programs, with errors that say what failed and what to do.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

/// The command as one would type it, for messages.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// What to say where a program cannot be started.
fn start_error(command: &Command) -> String {
    format!(
        "cannot run `{}`; ./scripts/setup installs what is needed",
        command.get_program().to_string_lossy()
    )
}

/// A command that may be an administrator's program, which is not on everybody's search path.
pub fn admin(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", admin_path());
    command
}

/// The search path of [`admin`].
pub fn admin_path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Runs a command with the terminal's input and output.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| start_error(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a command and gives back what it printed on standard output.
///
/// # Errors
/// When it cannot be started or fails; then with what it printed as an error.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).output().with_context(|| start_error(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}):\n{}", shown(command), output.status, said.trim_end());
    }
    Ok(output.stdout)
}

/// Runs a command behind a spinner that shows its latest line; its output is shown only if it fails.
///
/// # Errors
/// When it cannot be started or fails; then with all that it printed.
pub fn quiet(what: &str, command: &mut Command) -> Result<()> {
    let bar = spinner(what);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| start_error(command))?;
    let stderr = child.stderr.take().map(|stream| {
        let bar = bar.clone();
        std::thread::spawn(move || follow(stream, &bar))
    });
    let mut said = child.stdout.take().map(|stream| follow(stream, &bar)).unwrap_or_default();
    said += &stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();
    let status = child.wait()?;
    bar.finish_and_clear();
    if !status.success() {
        bail!("{what} failed: `{}` ({status}):\n{}", shown(command), said.trim_end());
    }
    Ok(())
}

/// Reads a stream to its end, showing each line at the spinner.
fn follow(stream: impl Read, bar: &ProgressBar) -> String {
    let mut all = String::new();
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line), Ok(length) if length > 0) {
        let text = String::from_utf8_lossy(&line);
        match download_status(text.trim()) {
            Some(percent) => bar.set_message(format!("{percent:.0} %")),
            None => {
                bar.set_message(text.trim().to_owned());
                all += &text;
            }
        }
        line.clear();
    }
    all
}

/// A name beside a file that no other thread or process uses: to write there and then rename.
pub fn temporary(path: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    path.with_extension(format!("part{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Percent of a download, from a line of apt's machine-readable status: `dlstatus:ITEM:PERCENT:TEXT`.
fn download_status(line: &str) -> Option<f32> {
    line.strip_prefix("dlstatus:")?.split(':').nth(1)?.parse().ok()
}

/// A spinner on standard error for work of unknown length. Where standard error is no terminal, one
/// plain line says what is going on.
pub fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_prefix(what.to_owned());
    if bar.is_hidden() {
        eprintln!("{what} ...");
    }
    // The template is a constant: it parses, or the default is as good.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg:.dim}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_says_how_far_it_is() {
        assert_eq!(download_status("dlstatus:1:45.5000:Retrieving file 1 of 1"), Some(45.5));
        assert_eq!(download_status("Get:1 something"), None);
    }

    #[test]
    fn a_failure_comes_with_what_was_said() {
        let script = "echo dlstatus:1:5:x; echo first; echo second >&2; exit 3";
        let error = quiet("trying", Command::new("bash").args(["-c", script])).unwrap_err().to_string();
        assert!(error.starts_with("trying failed") && error.contains("exit status: 3"), "{error}");
        let (_, said) = error.split_once("):\n").unwrap();
        assert!(said.contains("first") && said.contains("second") && !said.contains("dlstatus"), "{error}");
    }
}
