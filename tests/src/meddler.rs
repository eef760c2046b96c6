//! A TCP proxy that forwards bytes and can interfere with one request, once.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The interference with the bytes that contain these: a text, or a value in its binary form.
#[derive(Clone, Debug)]
pub enum Meddling {
    /// Forwards half of them, then nothing more on this connection.
    Half(Vec<u8>),
    /// Forwards them, and closes both connections when the other side has answered, without forwarding the answer.
    CutAfter(Vec<u8>),
}

/// A running proxy. Stops when dropped.
pub struct Meddler {
    address: String,
    plan: Plan,
    met: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

type Plan = Arc<Mutex<Option<Meddling>>>;

impl Drop for Meddler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Meddler {
    /// Forwards to `target`, an address with a port.
    pub async fn before(target: &str) -> Self {
        Self::at("127.0.0.1:0", target).await
    }

    /// [`Meddler::before`] at an address that is already in use by clients.
    pub async fn at(address: &str, target: &str) -> Self {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        let (plan, target) = (Plan::default(), target.to_owned());
        let (told, met) = watch::channel(false);
        let task = tokio::spawn({
            let plan = plan.clone();
            async move {
                while let Ok((caller, _)) = listener.accept().await {
                    let (plan, target, told) = (plan.clone(), target.clone(), told.clone());
                    tokio::spawn(async move {
                        // Broken connections are the purpose.
                        let _ = connect(caller, &target, &plan, &told).await;
                    });
                }
            }
        });
        Self { address, plan, met, task }
    }

    /// Address and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Interferes with the next request that contains the bytes.
    pub fn meddles(&self, meddling: Meddling) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(meddling);
    }

    /// Returns once it has interfered.
    pub async fn has_met(&self) {
        let _ = self.met.clone().wait_for(|met| *met).await;
    }
}

async fn connect(caller: TcpStream, target: &str, plan: &Plan, told: &watch::Sender<bool>) -> std::io::Result<()> {
    let (mut from_caller, mut to_caller) = caller.into_split();
    let (mut from_target, mut to_target) = TcpStream::connect(target).await?.into_split();
    let mut forth = vec![0; 64 * 1024];
    let mut back = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            read = from_caller.read(&mut forth) => {
                let bytes = &forth[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                match taken(plan, bytes) {
                    None => to_target.write_all(bytes).await?,
                    Some(Meddling::Half(_)) => {
                        to_target.write_all(&bytes[..bytes.len() / 2]).await?;
                        told.send_replace(true);
                        // Until the client disconnects.
                        while from_caller.read(&mut forth).await? > 0 {}
                        return Ok(());
                    }
                    Some(Meddling::CutAfter(_)) => {
                        to_target.write_all(bytes).await?;
                        let _ = from_target.read(&mut back).await?;
                        told.send_replace(true);
                        return Ok(());
                    }
                }
            }
            read = from_target.read(&mut back) => {
                let bytes = &back[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                to_caller.write_all(bytes).await?;
            }
        }
    }
}

/// The plan, if these bytes match it.
fn taken(plan: &Plan, bytes: &[u8]) -> Option<Meddling> {
    let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    let (Meddling::Half(part) | Meddling::CutAfter(part)) = plan.as_ref()?;
    let stands = bytes.windows(part.len()).any(|window| window == part);
    if stands { plan.take() } else { None }
}
