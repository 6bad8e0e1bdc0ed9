// SPDX-License-Identifier: GPL-2.0-only
//! The machine as the session uses it: the kernel's console and clock, the multiplexer's ports, the names there are.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use io::serial::{self, Port};
use kernel::{console, dt, percpu, time};
use vmm::manager;

use crate::complete::Names;
use crate::session::Host;

#[cfg(feature = "virtio")]
use emulators::Stream;

/// The machine, with the host console or a guest's connection.
#[derive(Default)]
pub struct System {
    /// The console, if it is not the host's.
    #[cfg(feature = "virtio")]
    stream: Option<Arc<Stream>>,
    /// Bytes read from the console and not asked for yet, next one last.
    read: Vec<u8>,
    attached: Option<Arc<Port>>,
}

/// Does something with the connection, if the console is one; else something with the host console.
macro_rules! console {
    ($system:expr, $stream:ident => $remote:expr, $local:expr) => {{
        #[cfg(feature = "virtio")]
        if let Some($stream) = &$system.stream {
            return $remote;
        }
        $local
    }};
}

impl System {
    /// With a guest's connection for a console.
    #[cfg(feature = "virtio")]
    pub fn remote(stream: Arc<Stream>) -> Self {
        Self { stream: Some(stream), ..Self::default() }
    }

    /// Whether no more input will come.
    pub fn is_over(&self) -> bool {
        console!(self, stream => stream.is_over(), false)
    }

    /// Sleeps until there is input or no more will come, at most `ns` nanoseconds if given.
    pub fn wait(&self, ns: Option<u64>) {
        console!(self, stream => stream.wait(ns), console::wait_input(ns));
    }

    /// The session has ended.
    pub fn finish(&self) {
        #[cfg(feature = "virtio")]
        if let Some(stream) = &self.stream {
            stream.finish();
            log::info!("the management terminal of guest {} has ended", stream.guest());
        }
    }

    fn take(&self, bytes: &mut [u8]) -> usize {
        console!(self, stream => stream.read(bytes), console::try_read(bytes))
    }
}

impl Names for System {
    fn guests(&self) -> Vec<String> {
        guest_names()
    }

    fn vcpus(&self) -> Vec<String> {
        vcpu_names()
    }

    fn ports(&self) -> Vec<String> {
        serial::ports().iter().map(|p| p.name().to_string()).collect()
    }

    fn cpus(&self) -> usize {
        percpu::cpu_count()
    }

    fn dt_children(&self, path: &str) -> Vec<String> {
        let node = dt::tree().and_then(|fdt| dt::find_path(fdt, path));
        let name = |n: dt::Node<'_>| {
            let more = n.children().next().is_some();
            format!("{}{}", n.name(), if more { "/" } else { "" })
        };
        node.map(|n| n.children().map(name).collect()).unwrap_or_default()
    }
}

impl Host for System {
    fn read(&mut self) -> Option<u8> {
        if self.is_gone() {
            return None;
        }
        if self.read.is_empty() {
            let mut bytes = [0; 64];
            let count = self.take(&mut bytes);
            // All the room at once, so that use of the heap stays level however much comes at a time.
            self.read.reserve_exact(bytes.len());
            self.read.extend(bytes.iter().take(count).rev());
        }
        self.read.pop()
    }

    fn write(&mut self, bytes: &[u8], row: &[u8]) {
        // If it cannot be written, nobody is left to be told so.
        console!(self, stream => _ = stream.write(bytes), console::write_row(bytes, row));
    }

    fn now_ns(&self) -> u64 {
        time::now_ns()
    }

    fn sleep_ns(&mut self, ns: u64) {
        console!(self, stream => stream.sleep(ns), console::wait_input(Some(ns)));
    }

    fn attach(&mut self, port: &str) -> Result<String, String> {
        #[cfg(feature = "virtio")]
        if self.stream.is_some() {
            return Err("only the host console can be attached to a guest's".to_string());
        }
        let port = serial::attach(port).map_err(|e| e.to_string())?;
        let name = port.name().to_string();
        self.attached = Some(port);
        Ok(name)
    }

    fn detach(&mut self) {
        self.attached = None;
        serial::detach();
    }

    fn input(&mut self, bytes: &[u8]) -> Option<usize> {
        self.attached.take_if(|port| !port.is_attached());
        self.attached.as_ref().map(|port| port.input(bytes))
    }

    fn is_gone(&self) -> bool {
        console!(self, stream => stream.is_closed(), false)
    }
}

/// The names of the guests, and of those in the bundle that can be created.
fn guest_names() -> Vec<String> {
    let mut names: Vec<String> = manager::list().iter().map(|g| g.name().to_string()).collect();
    names.extend(manager::in_bundle());
    names
}

/// The names of the guests' vCPUs.
fn vcpu_names() -> Vec<String> {
    let guests = manager::list();
    guests.iter().flat_map(|g| (0..g.vcpus().len()).map(|n| format!("{}/{n}", g.name()))).collect()
}
