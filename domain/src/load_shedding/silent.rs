//! Connections that have not sent the head of a request yet. Each costs memory and a file without belonging to a known
//! caller, so their number is bounded: the one that has been silent longest makes room for a new one.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::net::Shutdown;

/// The silent connections of a server. Clones share them.
#[derive(Clone, Debug)]
pub struct Silent {
    most: usize,
    line: Arc<Mutex<Sockets>>,
}

/// The oldest first.
#[derive(Debug, Default)]
struct Sockets {
    next: u64,
    sockets: BTreeMap<u64, OwnedFd>,
}

impl Silent {
    pub fn new(most: usize) -> Self {
        Self { most, line: Arc::default() }
    }

    /// Adds a new connection, until the result is dropped. Ends the oldest if there are too many.
    pub fn begin(&self, socket: &impl AsFd) -> io::Result<SilentConnection> {
        // The server owns the connection's own handle.
        let socket = socket.as_fd().try_clone_to_owned()?;
        let mut line = self.lock();
        let oldest = (line.sockets.len() >= self.most).then(|| line.sockets.pop_first()).flatten();
        line.next += 1;
        let number = line.next;
        line.sockets.insert(number, socket);
        drop(line);
        if let Some((_, oldest)) = oldest {
            metrics::counter!("parom_connections_silent_ended_total").increment(1);
            let _ = rustix::net::shutdown(oldest, Shutdown::Both);
        }
        Ok(SilentConnection { silent: self.clone(), number })
    }

    fn lock(&self) -> MutexGuard<'_, Sockets> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place among the silent ones, until dropped.
#[derive(Debug)]
pub struct SilentConnection {
    silent: Silent,
    number: u64,
}

impl Drop for SilentConnection {
    fn drop(&mut self) {
        let socket = self.silent.lock().sockets.remove(&self.number);
        drop(socket);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read};
    use std::net::{TcpListener, TcpStream};

    use super::*;

    fn pair(listener: &TcpListener) -> (TcpStream, TcpStream) {
        let caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        caller.set_nonblocking(true).unwrap();
        (caller, listener.accept().unwrap().0)
    }

    fn is_ended(caller: &mut TcpStream) -> bool {
        match caller.read(&mut [0]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    #[test]
    fn h3_the_oldest_silent_connection_makes_room_for_a_new_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = Silent::new(2);
        let (mut callers, mut sockets, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..3 {
            let (caller, socket) = pair(&listener);
            places.push(silent.begin(&socket).unwrap());
            callers.push(caller);
            sockets.push(socket);
        }
        assert_eq!(callers.iter_mut().map(is_ended).collect::<Vec<_>>(), [true, false, false]);
        // The second speaks: it is no longer the oldest.
        drop(places.remove(1));
        for _ in 0..2 {
            let (caller, socket) = pair(&listener);
            places.push(silent.begin(&socket).unwrap());
            callers.push(caller);
            sockets.push(socket);
        }
        assert_eq!(callers.iter_mut().map(is_ended).collect::<Vec<_>>(), [true, false, true, false, false]);
        drop(places);
        assert!(silent.lock().sockets.is_empty());
    }
}
