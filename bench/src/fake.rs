//! amojo and a messenger in one: answers every call at once, and records when each numbered text arrived. An amoCRM in which
//! nothing is found answers what is read.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::http::Method;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use tokio::sync::Notify;

const MARK: &[u8] = b"#no";

/// The text with a number, by which both ends of a run recognise each other's messages.
pub fn text(number: usize) -> String {
    format!("Добрый день! #no{number}; заказ собран и ждёт вас в пункте выдачи.")
}

/// The number of the text in a body, in any encoding of the body.
fn number_in(body: &[u8]) -> Option<u32> {
    let start = body.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let digits = body.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |number, digit| Some(number.unwrap_or(0) * 10 + u32::from(digit - b'0')))
}

/// Arrivals, by the number in the text.
pub struct Arrivals {
    born: Instant,
    /// Microseconds after `born`, plus one; 0 if not arrived.
    at: Vec<AtomicU64>,
    count: AtomicUsize,
    moved: Notify,
}

/// A server on a free port of this machine.
pub struct Fake {
    pub arrivals: Arc<Arrivals>,
    pub url: String,
    handle: ServerHandle,
}

impl Fake {
    /// Numbers from `most` on are not recorded.
    pub fn start(most: usize) -> anyhow::Result<Self> {
        let arrivals = Arc::new(Arrivals {
            born: Instant::now(),
            at: (0..most).map(|_| AtomicU64::new(0)).collect(),
            count: AtomicUsize::new(0),
            moved: Notify::new(),
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

    fn note(&self, body: &[u8]) {
        let Some(number) = number_in(body) else { return };
        let Some(slot) = usize::try_from(number).ok().and_then(|number| self.at.get(number)) else { return };
        let now = u64::try_from(self.born.elapsed().as_micros()).unwrap_or(u64::MAX).saturating_add(1);
        if slot.compare_exchange(0, now, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.count.fetch_add(1, Ordering::AcqRel);
            self.moved.notify_waiters();
        }
    }
}

/// A success answer in amojo's form; a messenger's answer may be anything.
async fn answer(request: HttpRequest, arrivals: web::Data<Arrivals>, body: web::Bytes) -> HttpResponse {
    if request.method() == Method::GET {
        return HttpResponse::NoContent().finish();
    }
    arrivals.note(&body);
    let id = uuid::Uuid::new_v4();
    let taken = format!(
        r#"{{"new_message":{{"conversation_id":"{id}","sender_id":"{id}","receiver_id":null,"msgid":"{id}","ref_id":"{id}"}}}}"#
    );
    HttpResponse::Ok().content_type("application/json").body(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_again() {
        assert_eq!(number_in(text(1_592).as_bytes()), Some(1_592));
        assert_eq!(number_in(serde_json::json!({"text": text(0)}).to_string().as_bytes()), Some(0));
        assert_eq!(number_in(b"#no"), None);
        assert_eq!(number_in(b"nothing"), None);
    }
}
