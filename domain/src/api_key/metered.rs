//! Counts the bytes of request bodies as they arrive and stops reading when the key's daily limit is reached.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest};
use base::clock::Clock;
use base::error::{Error, Result};
use base::rate_limit::Meter;
use futures_util::StreamExt;
use uuid::Uuid;

use crate::usage::UsageContext;
use crate::usage::{bytes_of, too_many_bytes};

/// The count of one request, kept in its extensions so that the response can say why reading stopped.
#[derive(Clone, Default)]
pub struct Metered(Arc<MeteredRequest>);

#[derive(Default)]
struct MeteredRequest {
    announced: u64,
    /// The key, once it is known.
    key: OnceLock<KeyMeter>,
    /// Milliseconds until more is allowed; 0 while within the limit.
    over: AtomicI64,
}

struct KeyMeter {
    meter: Meter,
    most: u64,
    clock: Clock,
}

impl Metered {
    /// Starts counting a request's body.
    pub fn over(request: &HttpRequest, payload: &mut Payload) -> Self {
        let given = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let announced = given.and_then(|text| text.parse().ok()).unwrap_or(0);
        let metered = Self(Arc::new(MeteredRequest { announced, ..MeteredRequest::default() }));
        let inner = payload.take();
        if matches!(inner, Payload::None) {
            return metered;
        }
        request.extensions_mut().insert(metered.clone());
        let counted = metered.0.clone();
        let body = inner.map(move |chunk| chunk.and_then(|bytes| counted.take(bytes.len()).map(|()| bytes)));
        *payload = Payload::Stream { payload: Box::pin(body) };
        metered
    }

    /// Sets the key. Returns 429 if `Content-Length` exceeds what is left of the key's daily limit.
    pub async fn begin(&self, app: &UsageContext, key: Uuid) -> Result<()> {
        let limits = &app.config.limits;
        let most = bytes_of(limits.key_mb_per_day);
        if most == 0 {
            return Ok(());
        }
        let meter = app.keys.meter(key).await;
        meter.holds(self.0.announced, most, app.clock.millis()).map_err(|millis| too_many_bytes(limits, millis))?;
        let _ = self.0.key.set(KeyMeter { meter, most, clock: app.clock.clone() });
        Ok(())
    }

    /// The response to a body that exceeded the limit.
    pub fn refusal(&self, app: &UsageContext) -> Option<Error> {
        let over = self.0.over.load(Ordering::Relaxed);
        (over > 0).then(|| too_many_bytes(&app.config.limits, over))
    }
}

impl MeteredRequest {
    fn take(&self, bytes: usize) -> Result<(), PayloadError> {
        let Some(whose) = self.key.get() else { return Ok(()) };
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        whose.meter.add(bytes, whose.most, whose.clock.millis()).map_err(|millis| {
            self.over.store(millis, Ordering::Relaxed);
            PayloadError::Overflow
        })
    }
}
