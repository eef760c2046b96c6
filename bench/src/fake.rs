//! amojo and a messenger in one: answers every call after a delay, and records when each numbered text arrived.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use tokio::sync::Notify;

use crate::late::Late;
use crate::letters::number_in;

/// Arrivals, by the number in the text.
pub struct Arrivals {
    born: Instant,
    /// Microseconds after `born`, plus one; 0 if not arrived.
    at: Vec<AtomicU64>,
    /// Numbers in the order of their first arrivals.
    order: std::sync::Mutex<Vec<u32>>,
    count: AtomicUsize,
    calls: AtomicUsize,
    moved: Notify,
    late: Option<Late>,
}

/// A server on a free port of this machine.
pub struct Fake {
    pub arrivals: Arc<Arrivals>,
    pub url: String,
    handle: ServerHandle,
}

impl Fake {
    /// Answers after `delay`; numbers above `most` are not recorded.
    pub fn start(delay: Duration, most: usize) -> anyhow::Result<Self> {
        let arrivals = Arc::new(Arrivals {
            born: Instant::now(),
            at: (0..most).map(|_| AtomicU64::new(0)).collect(),
            order: std::sync::Mutex::default(),
            count: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            moved: Notify::new(),
            late: (!delay.is_zero()).then(|| Late::start(delay)).transpose()?,
        });
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let data = web::Data::from(arrivals.clone());
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(answer)))
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { arrivals, url, handle })
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

impl Arrivals {
    /// Waits until `count` different numbers have arrived; fails if a minute passes without one.
    pub async fn wait_for(&self, count: usize) -> anyhow::Result<()> {
        loop {
            let moved = self.moved.notified();
            let before = self.count.load(Ordering::Acquire);
            if before >= count {
                return Ok(());
            }
            if tokio::time::timeout(Duration::from_secs(60), moved).await.is_err() {
                let now = self.count.load(Ordering::Acquire);
                anyhow::ensure!(now > before, "{now} of {count} arrived, and no other for a minute");
            }
        }
    }

    /// When a number arrived.
    pub fn at(&self, number: usize) -> Option<Instant> {
        let at = self.at.get(number)?.load(Ordering::Acquire).checked_sub(1)?;
        Some(self.born + Duration::from_micros(at))
    }

    /// Numbers in the order of their arrival.
    pub fn order(&self) -> Vec<u32> {
        self.order.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// All calls, including those without a number.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn note(&self, body: &[u8]) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let Some(number) = number_in(body) else { return };
        let Some(slot) = usize::try_from(number).ok().and_then(|number| self.at.get(number)) else { return };
        let now = u64::try_from(self.born.elapsed().as_micros()).unwrap_or(u64::MAX).saturating_add(1);
        if slot.compare_exchange(0, now, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.order.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(number);
            self.count.fetch_add(1, Ordering::AcqRel);
            self.moved.notify_waiters();
        }
    }
}

/// A success answer in amojo's form; a messenger's answer may be anything.
async fn answer(arrivals: web::Data<Arrivals>, body: web::Bytes) -> HttpResponse {
    arrivals.note(&body);
    if let Some(late) = &arrivals.late {
        late.wait().await;
    }
    let id = uuid::Uuid::new_v4();
    let taken = format!(
        r#"{{"new_message":{{"conversation_id":"{id}","sender_id":"{id}","receiver_id":null,"msgid":"{id}","ref_id":"{id}"}}}}"#
    );
    HttpResponse::Ok().content_type("application/json").body(taken)
}
