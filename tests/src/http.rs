// SPDX-License-Identifier: GPL-2.0-only
//! A small HTTP server on the loopback of this machine: guests reach it at the gateway of the emulator's network, 10.0.2.2.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use anyhow::Result;
use xtask::card;

use crate::root;

/// Serves the same bytes under every path, until it is dropped.
pub struct Server {
    port: u16,
    sha256: String,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

struct State {
    bytes: Vec<u8>,
    served: AtomicUsize,
    end: AtomicBool,
}

impl Server {
    /// Serves so many pseudo-random bytes at a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is none.
    pub fn start(seed: u64, length: usize) -> Result<Server> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let bytes = card::pseudo_random(seed, length);
        let sha256 = root::sum_of(&bytes);
        let state = Arc::new(State { bytes, served: AtomicUsize::default(), end: AtomicBool::default() });
        let accepting = std::thread::spawn({
            let state = Arc::clone(&state);
            move || accept(&listener, &state)
        });
        Ok(Server { port, sha256, state, accepting: Some(accepting) })
    }

    /// Where guests find it.
    pub fn url(&self) -> String {
        format!("http://10.0.2.2:{}/data", self.port)
    }

    /// The sum of what it serves, in hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// How many answers were taken to their end.
    pub fn served(&self) -> usize {
        self.state.served.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.end.store(true, Ordering::Relaxed);
        // Whoever accepts looks once more.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming().filter_map(std::result::Result::ok) {
        if state.end.load(Ordering::Relaxed) {
            return;
        }
        let state = Arc::clone(state);
        // It ends with its connection, and connections end with the emulator.
        drop(std::thread::spawn(move || {
            if answer(stream, &state.bytes).is_ok() {
                state.served.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
}

/// Answers one request, whatever it asks for, and closes.
fn answer(stream: TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut stream = reader.into_inner();
    let head = format!(
        "HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        bytes.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(bytes)?;
    stream.flush()
}
