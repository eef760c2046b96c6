//! Real proxy programs, and gates in front of servers that let only the connections of proxies through.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use url::Url;

use crate::settings::{PATIENCE, free_port, needed};

/// The address from which proxies call others.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
/// The password of each proxy. In an address its last sign is written as `%2E`.
pub const PASSWORD: &str = "proxy-canary.";

/// The programs, as Debian has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProgram {
    /// `socks5://`
    Microsocks,
    /// `http://`
    Tinyproxy,
}

/// A proxy that wants a password. Killed when dropped.
pub struct Proxy {
    kind: ProxyProgram,
    program: String,
    port: u16,
    folder: TempDir,
    said: Arc<Mutex<String>>,
    child: Option<Child>,
}

impl Proxy {
    /// One that runs; none if the program is not there.
    pub async fn start(kind: ProxyProgram) -> Option<Self> {
        let program = needed(match kind {
            ProxyProgram::Microsocks => "PAROM_TEST_MICROSOCKS",
            ProxyProgram::Tinyproxy => "PAROM_TEST_TINYPROXY",
        })?;
        let folder = tempfile::tempdir().expect("a folder");
        let mut proxy = Self { kind, program, port: free_port(), folder, said: Arc::default(), child: None };
        proxy.runs(PASSWORD).await;
        Some(proxy)
    }

    /// Runs from now on, at the same port, and wants this password.
    pub async fn runs(&mut self, password: &str) {
        self.dies().await;
        let (mut command, port) = (Command::new(&self.program), self.port.to_string());
        match self.kind {
            ProxyProgram::Microsocks => {
                command.args(["-i", "127.0.0.1", "-p", &port, "-u", "parom", "-P", password]);
                command.args(["-b", &OUTSIDE.to_string()]);
            }
            ProxyProgram::Tinyproxy => {
                let file = self.folder.path().join("tinyproxy.conf");
                let settings = format!(
                    "Port {port}\nListen 127.0.0.1\nBind {OUTSIDE}\nLogLevel Connect\nBasicAuth parom {password}\n"
                );
                std::fs::write(&file, settings).expect("its configuration is written");
                command.arg("-d").arg("-c").arg(file);
            }
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the proxy starts");
        listens_to(child.stdout.take().expect("its stdout"), self.said.clone());
        listens_to(child.stderr.take().expect("its stderr"), self.said.clone());
        self.child = Some(child);
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        let answers = async {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
                ticks.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, answers).await.expect("the proxy listens");
    }

    /// Is dead from now on.
    pub async fn dies(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("it is killed");
        }
    }

    /// Its address for the configuration.
    pub fn address(&self) -> SecretString {
        self.address_at("127.0.0.1")
    }

    /// The same by another name of this machine.
    pub fn address_at(&self, host: &str) -> SecretString {
        let scheme = match self.kind {
            ProxyProgram::Microsocks => "socks5",
            ProxyProgram::Tinyproxy => "http",
        };
        let password = PASSWORD.replace('.', "%2E");
        SecretString::from(format!("{scheme}://parom:{password}@{host}:{}", self.port))
    }

    /// Waits until it says that it was asked for this host and port.
    pub async fn was_asked_for(&self, server: &str) {
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        let says = async {
            while !self.said().contains(server) {
                ticks.tick().await;
            }
        };
        let said = tokio::time::timeout(PATIENCE, says).await;
        said.unwrap_or_else(|_| panic!("{:?} was not asked for {server}: {}", self.kind, self.said()));
    }

    /// All that it said.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn listens_to(output: impl AsyncRead + Send + Unpin + 'static, said: Arc<Mutex<String>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&line);
            said.push('\n');
        }
    });
}

/// The address of a gate in front of a server: whoever does not come from a proxy is turned away.
pub fn gate(server: &Url) -> Url {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.set_nonblocking(true).expect("it waits for nobody");
    let mut address = server.clone();
    address.set_port(Some(listener.local_addr().expect("its address").port())).expect("an address has a port");
    let listener = TcpListener::from_std(listener).expect("a listener");
    let server = server.socket_addrs(|| None).expect("an address of this machine");
    tokio::spawn(async move {
        while let Ok((mut caller, from)) = listener.accept().await {
            let server = server.clone();
            if from.ip() == IpAddr::V4(OUTSIDE) {
                tokio::spawn(async move {
                    let mut there = TcpStream::connect(server.as_slice()).await?;
                    copy_bidirectional(&mut caller, &mut there).await
                });
            }
        }
    });
    address
}
