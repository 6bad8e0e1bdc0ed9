// SPDX-License-Identifier: GPL-2.0-only
//! `serial`: lines of the host, beside its console.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write;

use io::Fault;
use io::serial::line::{self, Line, Opened, Settings};
use kernel::sync::Mutex;
use kernel::time::NS_PER_MS;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value, clean};

const LINE: Param = Param::one("LINE", Kind::Word);
/// How long a write may take: 4 KiB at 9600 baud.
const PATIENCE_MS: u64 = 5_000;
/// Most bytes that one command reads.
const MOST: usize = 1024;

/// `serial`
pub const COMMAND: Command = Command {
    name: "serial",
    summary: "serial lines of the host, beside its console",
    actions: &[
        Action { name: "list", params: &[], json: true, summary: "list the lines", help: "", run: list },
        Action {
            name: "info",
            params: &[LINE],
            json: true,
            summary: "show a line's parameters, signals and counters",
            help: "Lost bytes are those that came while nobody read: a line keeps 4096, and none while it is closed.",
            run: info,
        },
        Action {
            name: "set",
            params: &[LINE, Param::any("SETTING", Kind::Word)],
            json: true,
            summary: "set a line's parameters",
            help: "SETTING is 'baud=115200', 'frame=8n1' (data bits, parity of n, o, e, m, s, stop bits), 'flow=none',\n\
                   'flow=rtscts' or 'flow=xonxoff'; of an open line also 'break=on', 'rts=off', 'dtr=off' and their\n\
                   opposites. The answer is what the UART made of it.",
            run: set,
        },
        Action {
            name: "open",
            params: &[LINE],
            json: true,
            summary: "switch a line on; it receives until it is closed",
            help: "",
            run: open,
        },
        Action {
            name: "close",
            params: &[LINE],
            json: true,
            summary: "switch a line off, unless others have it open",
            help: "",
            run: close,
        },
        Action {
            name: "write",
            params: &[LINE, Param::any("TEXT", Kind::Word)],
            json: true,
            summary: "send a text, and wait until it has left",
            help: "Within quotes '\\r', '\\n', '\\t', '\\\\' and '\\x41' are single bytes. The line is opened, and stays open.",
            run: write,
        },
        Action {
            name: "read",
            params: &[LINE, Param::optional("MS", Kind::Number)],
            json: true,
            summary: "show what a line has received, 1024 bytes at most",
            help: "If there is nothing it waits, MS milliseconds at most. The line is opened, and stays open.",
            run: read,
        },
    ],
};

/// Lines that the terminal has open.
static OPEN: Mutex<Vec<Arc<Opened>>> = Mutex::new(Vec::new());

fn find(ctx: &Ctx<'_>) -> Result<Arc<Line>, Error> {
    let name = ctx.arg(0).unwrap_or_default();
    line::find(name).ok_or_else(|| Error::argument("LINE", clean(name), "a line that 'serial list' shows"))
}

/// The line, open.
fn opened(ctx: &Ctx<'_>) -> Result<Arc<Opened>, Error> {
    let line = find(ctx)?;
    let mut open = OPEN.lock();
    // Those that have gone are of no use any more.
    open.retain(|opened| {
        line::find(&opened.line().info().name).is_some_and(|l| Arc::ptr_eq(&l, opened.line()))
    });
    if let Some(found) = open.iter().find(|opened| Arc::ptr_eq(opened.line(), &line)) {
        return Ok(found.clone());
    }
    let opened = Arc::new(line.open().map_err(Error::failed)?);
    open.push(opened.clone());
    Ok(opened)
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["LINE", "DEVICE", "UART", "SETTINGS", "OPEN", "RX", "TX"]);
    for line in line::list() {
        let info = line.info();
        let counters = line.counters().ok();
        table.row([
            info.name.as_str().into(),
            info.device.as_str().into(),
            info.kind.as_str().into(),
            text(&line.settings())?.into(),
            line.users().into(),
            counters.map_or(Value::Null, |c| Value::Int(c.rx)),
            counters.map_or(Value::Null, |c| Value::Int(c.tx)),
        ]);
    }
    ctx.show(table)
}

fn text(settings: &Settings) -> Result<String, Error> {
    let mut text = String::new();
    write!(text, "{settings}")?;
    Ok(text)
}

fn info(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let line = find(ctx)?;
    let (info, settings) = (line.info(), line.settings());
    let counters = line.counters().map_err(Error::failed)?;
    let modem = line.modem().map_err(Error::failed)?;
    let signals = [
        ("cts", modem.cts),
        ("dsr", modem.dsr),
        ("dcd", modem.dcd),
        ("ri", modem.ri),
        ("rts", modem.rts),
        ("dtr", modem.dtr),
    ];
    let signals = signals.iter().filter(|(_, on)| *on).map(|(name, _)| Value::from(*name)).collect();
    ctx.show(
        Record::new()
            .with("line", info.name.as_str())
            .with("device", info.device.as_str())
            .with("driver", info.driver.as_str())
            .with("uart", info.kind.as_str())
            .with("address", Value::Hex(info.address))
            .with("fifo", info.fifo)
            .with("settings", text(&settings)?)
            .with("flow", settings.flow.name())
            .with("open", line.users())
            .with("signals", Value::List(signals))
            .with("rx", counters.rx)
            .with("tx", counters.tx)
            .with("frame_errors", counters.frame)
            .with("parity_errors", counters.parity)
            .with("overruns", counters.overrun)
            .with("breaks", counters.breaks)
            .with("waiting", line.waiting())
            .with("lost", line.dropped()),
    )
}

/// Sets one signal or the break of a line that is open.
fn set_signal(opened: &Opened, name: &str, value: &str) -> Option<Result<(), Fault>> {
    let on = ["off", "on"].iter().position(|word| *word == value)? == 1;
    let modem = opened.line().modem();
    Some(match name {
        "break" => opened.set_break(on),
        "rts" => modem.and_then(|modem| opened.set_modem(on, modem.dtr)),
        "dtr" => modem.and_then(|modem| opened.set_modem(modem.rts, on)),
        _ => return None,
    })
}

fn set(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let line = find(ctx)?;
    let mut wanted = line.settings();
    for word in ctx.args().get(1..).unwrap_or_default() {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let understood = match name {
            "baud" => value.parse().map(|baud| wanted.baud = baud).is_ok(),
            "frame" => wanted.set_frame(value).is_ok(),
            "flow" => value.parse().map(|flow| wanted.flow = flow).is_ok(),
            "break" | "rts" | "dtr" => match set_signal(&*opened(ctx)?, name, value) {
                Some(done) => done.map(|()| true).map_err(Error::failed)?,
                None => false,
            },
            _ => false,
        };
        if !understood {
            return Err(Error::argument(
                "SETTING",
                clean(word),
                "'baud=115200', 'frame=8n1', 'flow=none', 'break=on' ...",
            ));
        }
    }
    let got = line.configure(&wanted).map_err(Error::failed)?;
    ctx.show(Record::new().with("settings", text(&got)?).with("flow", got.flow.name()))
}

fn open(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    opened(ctx)?;
    ctx.done("open")
}

fn close(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let line = find(ctx)?;
    let mut open = OPEN.lock();
    let index = open.iter().position(|opened| Arc::ptr_eq(opened.line(), &line));
    let closed = index.map(|index| open.remove(index));
    drop(open);
    if closed.is_none() {
        return Err(Error::failed("the terminal does not have it open"));
    }
    drop(closed);
    ctx.done("closed")
}

/// The bytes that a word stands for.
fn unescape(word: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let mut chars = word.chars();
    while let Some(ch) = chars.next() {
        if ch != '\\' {
            let mut room = [0; 4];
            bytes.extend_from_slice(ch.encode_utf8(&mut room).as_bytes());
            continue;
        }
        bytes.push(match chars.next()? {
            'r' => b'\r',
            'n' => b'\n',
            't' => b'\t',
            '\\' => b'\\',
            'x' => (chars.next()?.to_digit(16)? * 16 + chars.next()?.to_digit(16)?) as u8,
            _ => return None,
        });
    }
    Some(())
}

fn write(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut bytes = Vec::new();
    for (n, word) in ctx.args().get(1..).unwrap_or_default().iter().enumerate() {
        if n > 0 {
            bytes.push(b' ');
        }
        unescape(word, &mut bytes).ok_or_else(|| {
            Error::argument("TEXT", clean(word), "'\\r', '\\n', '\\t', '\\\\' or '\\x' and two digits")
        })?;
    }
    let opened = opened(ctx)?;
    let sent = opened.write(&bytes, PATIENCE_MS * NS_PER_MS).map_err(Error::failed)?;
    let left = opened.drain(PATIENCE_MS * NS_PER_MS).map_err(Error::failed)?;
    if sent < bytes.len() || !left {
        return Err(Error::failed("the line does not take it: see its flow control"));
    }
    ctx.show(Record::new().with("sent", sent))
}

fn read(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let opened = opened(ctx)?;
    let mut bytes = vec![0; MOST];
    let patience = ctx.number(1).unwrap_or(0).saturating_mul(NS_PER_MS);
    let count = opened.read(&mut bytes, patience).map_err(Error::failed)?;
    bytes.truncate(count);
    let mut hex = String::new();
    bytes.iter().try_for_each(|b| write!(hex, "{b:02x}"))?;
    ctx.show(Record::new().with("text", String::from_utf8_lossy(&bytes).into_owned()).with("bytes", hex))
}

#[cfg(test)]
mod tests {
    use crate::fake::output;
    use alloc::boxed::Box;
    use io::Fault;
    use io::serial::line::{Counters, Info, Settings, Uart, find, register};
    use std::sync::Mutex;

    /// Its other side sends back what it gets.
    struct Loop(Mutex<u64>);

    impl Uart for Loop {
        fn start(&self, settings: &Settings) -> Result<Settings, Fault> {
            Ok(*settings)
        }
        fn stop(&self) {}
        fn configure(&self, settings: &Settings) -> Result<Settings, Fault> {
            Ok(Settings { baud: settings.baud.min(1_000_000), ..*settings })
        }
        fn send(&self, bytes: &[u8]) -> usize {
            *self.0.lock().unwrap() += bytes.len() as u64;
            let line = find("ttyLOOP0").unwrap();
            line.receive(bytes);
            line.received();
            bytes.len()
        }
        fn is_sent(&self) -> bool {
            true
        }
        fn discard(&self) {}
        fn set_break(&self, _: bool) -> Result<(), Fault> {
            Ok(())
        }
        fn counters(&self) -> Counters {
            Counters { tx: *self.0.lock().unwrap(), ..Counters::default() }
        }
    }

    #[test]
    fn a_line_is_set_written_and_read() {
        let info = Info {
            name: "ttyLOOP0".into(),
            device: "uart@1".into(),
            driver: "loop".into(),
            kind: "loop".into(),
            address: 0x1000,
            fifo: 16,
        };
        let line = register(info, Settings::default(), Box::new(Loop(Mutex::new(0)))).unwrap();
        assert!(output("serial list").contains("ttyLOOP0  uart@1  loop  115200 8n1     0   0   0\n"));
        assert!(output("serial set ttyLOOP0 baud=9600 frame=7e2 flow=rtscts").contains("9600 7e2"));
        assert!(output("serial set ttyLOOP0 baud=fast").contains("SETTING: found 'baud=fast'"));
        assert!(output("serial set ttyLOOP0 rts=maybe").contains("SETTING: found 'rts=maybe'"));
        assert_eq!(output("serial set ttyLOOP0 break=on").lines().count(), 2);
        assert!(output("serial set ttyLOOP0 rts=on").contains("cannot do this"));
        assert!(output("serial set ttyLOOP0 baud=2000000").contains("1000000 7e2"));
        assert_eq!(output(r"serial write ttyLOOP0 'hello\x21' 'you\r\n'"), "sent:  12\n");
        assert!(output(r"serial write ttyLOOP0 'a\q'").contains("TEXT: found"));
        assert_eq!(
            output("serial read ttyLOOP0 1"),
            "text:   hello! you\\r\\n\nbytes:  68656c6c6f2120796f750d0a\n"
        );
        assert!(output("serial info ttyLOOP0").contains("tx:             12"));
        assert_eq!(output("serial close ttyLOOP0"), "closed\n");
        assert!(output("serial close ttyLOOP0").contains("does not have it open"));
        assert_eq!(line.users(), 0);
        assert_eq!(output("serial open ttyLOOP0"), "open\n");
        line.unregister();
        assert!(output("serial read ttyLOOP0").contains("a line that 'serial list' shows"));
    }
}
