//! A TCP load balancer for several instances: gives each connection to an instance that accepts it, like the reverse
//! proxy of `deploy/`. It does not inspect the traffic.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How long to wait for an instance that accepts a connection.
const CONNECTS_WITHIN: Duration = Duration::from_secs(3);
const AGAIN: Duration = Duration::from_millis(50);

/// A running balancer. Stops when dropped.
pub struct Balancer {
    url: String,
    behind: Behind,
    task: JoinHandle<()>,
}

#[derive(Clone, Default)]
struct Behind {
    addresses: Arc<Mutex<Vec<SocketAddr>>>,
    next: Arc<AtomicUsize>,
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Balancer {
    /// Listens on a free port, without instances.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let behind = Behind::default();
        let task = tokio::spawn(accept(listener, behind.clone()));
        Self { url, behind, task }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds an instance at this port.
    pub fn add(&self, port: u16) {
        self.behind.lock().push(SocketAddr::from(([127, 0, 0, 1], port)));
    }
}

impl Behind {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<SocketAddr>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection to an instance that accepts it, round robin.
    async fn connect(&self) -> Option<TcpStream> {
        let waiting = async {
            loop {
                let addresses = self.lock().clone();
                let first = self.next.fetch_add(1, Ordering::Relaxed);
                for place in 0..addresses.len() {
                    let address = addresses[(first + place) % addresses.len()];
                    if let Ok(stream) = TcpStream::connect(address).await {
                        return stream;
                    }
                }
                tokio::time::sleep(AGAIN).await;
            }
        };
        tokio::time::timeout(CONNECTS_WITHIN, waiting).await.ok()
    }
}

async fn accept(listener: TcpListener, behind: Behind) {
    while let Ok((mut caller, _)) = listener.accept().await {
        let behind = behind.clone();
        tokio::spawn(async move {
            let Some(mut instance) = behind.connect().await else { return };
            // Either side may close at any time; then the other connection is closed too.
            let _ = tokio::io::copy_bidirectional(&mut caller, &mut instance).await;
        });
    }
}
