// SPDX-License-Identifier: GPL-2.0-only
//! Scripts for the management terminal: lines that are typed each when the prompt shows, and a few
//! directives for what is not a command.

use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::session::{Failure, Session};

/// One step of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A command, typed at the prompt.
    Command(String),
    /// `@wait TEXT`: until the text shows.
    Wait(String),
    /// `@send TEXT`: typed at once, such as to a guest.
    Send(String),
    /// `@key NAME`: a key without a line end.
    Key(u8),
    /// `@sleep SECONDS`.
    Sleep(Duration),
}

/// A script with the line number of each step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    file: String,
    steps: Vec<(usize, Step)>,
}

impl Script {
    /// Reads a script. Empty lines and lines that start with `#` are left out.
    ///
    /// # Errors
    /// When it has an unknown directive or nothing to do.
    pub fn parse(file: &str, text: &str) -> Result<Script> {
        let mut steps = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let step = match line.strip_prefix('@') {
                None => Step::Command(line.to_owned()),
                Some(directive) => match read_directive(directive) {
                    Ok(step) => step,
                    Err(error) => bail!("{file}:{}: {error}", index + 1),
                },
            };
            steps.push((index + 1, step));
        }
        ensure!(!steps.is_empty(), "{file}: the script has no line to type");
        Ok(Script { file: file.to_owned(), steps })
    }

    /// Whether a command ends the machine unless it comes back by itself.
    fn ends(step: &Step) -> bool {
        matches!(step, Step::Command(line) if matches!(line.as_str(), "poweroff" | "reset"))
    }

    /// Whether a reset is the last thing: then the emulator is to end at it.
    pub fn ends_with_reset(&self) -> bool {
        let resets = |step: &Step| *step == Step::Command("reset".into());
        self.steps.iter().position(|(_, step)| resets(step)) == Some(self.steps.len() - 1)
    }

    /// Runs the script to its end.
    ///
    /// # Errors
    /// When a step fails; the error names the line.
    pub fn run(&self, session: &mut Session) -> Result<()> {
        for (index, (line, step)) in self.steps.iter().enumerate() {
            let last = index + 1 == self.steps.len();
            run_step(session, step, last)
                .map_err(|failure| anyhow::anyhow!("{}:{line}: {}: {failure}", self.file, describe(step)))?;
        }
        Ok(session.check()?)
    }
}

/// Runs one step. After the last one the prompt must come back, or the machine end if that was asked.
fn run_step(session: &mut Session, step: &Step, last: bool) -> Result<(), Failure> {
    match step {
        Step::Command(line) => {
            session.wait_for_prompt()?;
            if Script::ends(step) {
                session.send(line)?;
                if last {
                    session.wait_for_exit()?;
                }
                return Ok(());
            }
            session.type_line(line)?;
            if last {
                session.wait_for_prompt()?;
            }
            Ok(())
        }
        Step::Wait(text) => session.wait_for(text),
        Step::Send(line) => session.send(line),
        Step::Key(byte) => session.send_bytes(&[*byte]),
        Step::Sleep(time) => {
            std::thread::sleep(*time);
            Ok(())
        }
    }
}

/// The step as the script says it.
fn describe(step: &Step) -> String {
    match step {
        Step::Command(line) => format!("`{line}`"),
        Step::Wait(text) => format!("@wait {text}"),
        Step::Send(line) => format!("@send {line}"),
        Step::Key(byte) => format!("@key {byte:#04x}"),
        Step::Sleep(time) => format!("@sleep {}", time.as_secs_f64()),
    }
}

/// Reads a directive, without its `@`.
fn read_directive(text: &str) -> Result<Step> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    Ok(match word {
        "wait" if !rest.is_empty() => Step::Wait(rest.to_owned()),
        "wait" => bail!("@wait needs the text to wait for"),
        "send" => Step::Send(rest.to_owned()),
        "key" => Step::Key(read_key(rest)?),
        "sleep" => match rest.parse::<f64>().ok().and_then(|time| Duration::try_from_secs_f64(time).ok()) {
            Some(time) => Step::Sleep(time),
            None => bail!("@sleep needs a number of seconds, not `{rest}`"),
        },
        _ => {
            bail!("unknown directive @{word}; there are @wait TEXT, @send TEXT, @key NAME and @sleep SECONDS")
        }
    })
}

/// The byte that a key sends.
fn read_key(name: &str) -> Result<u8> {
    const NAMED: [(&str, u8); 5] =
        [("enter", b'\r'), ("tab", b'\t'), ("escape", 0x1b), ("backspace", 0x7f), ("space", b' ')];
    let lower = name.to_ascii_lowercase();
    if let Some((_, byte)) = NAMED.iter().find(|(known, _)| *known == lower) {
        return Ok(*byte);
    }
    match board_config::key(name) {
        Some(byte) => Ok(byte),
        None => bail!(
            "unknown key `{name}`; there are ctrl-X, single characters, {}",
            NAMED.map(|(name, _)| name).join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn reads_lines_and_directives() {
        let text =
            "# say hello\n\nguest list\n@wait user space up\n@send uname -a\n@key ctrl-]\n@sleep 0.5\n";
        let script = Script::parse("s", text).unwrap();
        let steps: Vec<Step> = script.steps.iter().map(|(_, step)| step.clone()).collect();
        assert_eq!(
            steps,
            [
                Step::Command("guest list".into()),
                Step::Wait("user space up".into()),
                Step::Send("uname -a".into()),
                Step::Key(0x1d),
                Step::Sleep(Duration::from_millis(500)),
            ]
        );
        assert_eq!(script.steps[0].0, 3);
        let error = |text| Script::parse("s", text).unwrap_err().to_string();
        assert!(error("x\n@wiat y").contains("s:2: unknown directive @wiat"));
        assert!(error("@key hyper").contains("unknown key `hyper`"));
        assert!(error("# nothing").contains("no line to type"));
    }

    #[test]
    fn only_a_reset_at_the_end_ends_the_machine() {
        let ends = |text| Script::parse("s", text).unwrap().ends_with_reset();
        assert!(ends("version\nreset"));
        assert!(!ends("reset\nversion"));
        assert!(!ends("reset\nversion\nreset"));
    }

    /// A terminal in shell: echoes a line, answers, prompts.
    const FAKE: &str = r#"
        printf 'booting\r\n\033[0mferrovisor# '
        while IFS= read -r -d "$(printf '\r')" line; do
            printf '%s\r\n' "$line"
            case "$line" in
                poweroff) exit 0 ;;
                die) printf 'ferrovisor panic: at somewhere\r\n'; exec sleep 9 ;;
                hang) exec sleep 9 ;;
                console*) printf 'guest says: ready\r\n'; continue ;;
                back) ;;
                *) printf 'did %s\r\n' "$line" ;;
            esac
            printf '[1.0] a message\r\nferrovisor# '
        done
    "#;

    fn run(text: &str, limit: u64) -> (Result<()>, String) {
        let mut command = Command::new("bash");
        let mut session =
            Session::start(command.args(["-c", FAKE]), Duration::from_secs(limit), std::io::sink()).unwrap();
        let outcome = Script::parse("s", text).unwrap().run(&mut session);
        (outcome, session.log())
    }

    #[test]
    fn runs_to_the_end() {
        let (outcome, log) = run("version\nguest list\n", 10);
        assert!(outcome.is_ok(), "{outcome:?}\n{log}");
        assert!(
            log.contains("did version\n") && log.ends_with("did guest list\n[1.0] a message\nferrovisor# ")
        );
        assert!(run("version\npoweroff\n", 10).0.is_ok());
    }

    #[test]
    fn talks_to_a_guest_and_comes_back() {
        let (outcome, log) = run("console linux0\n@wait guest says: ready\n@send back\nversion\n", 10);
        assert!(outcome.is_ok(), "{outcome:?}\n{log}");
    }

    #[test]
    fn failures_name_the_line_and_the_reason() {
        let error = |text, limit| run(text, limit).0.unwrap_err().to_string();
        assert!(
            error("version\ndie\n", 10).contains("s:2: `die`: the hypervisor panicked: ferrovisor panic: at")
        );
        assert!(error("version\n@send die\n@wait somewhere\n", 10).contains("the hypervisor panicked"));
        assert!(error("hang\n", 1).contains("s:1: `hang`: timed out waiting for the prompt"));
        assert!(error("@wait never\n", 1).contains("timed out waiting for `never`"));
        assert!(error("poweroff\nversion\n", 10).contains("s:2: `version`: the machine ended"));
    }
}
