//! The receiver that everybody writes first: the same rows in the same tables, one commit a request.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use parom::store::Store;
use tokio::sync::Semaphore;

use crate::bare::Bare;
use crate::hooks::Hook;
use crate::letters::number_in;
use crate::raw;
use crate::stage::Line;

struct Naive {
    store: Store,
    lines: Arc<Vec<Line>>,
    hooks: Arc<Vec<Hook>>,
    /// Its pool.
    room: Semaphore,
}

/// Starts it with a pool of so many connections; it knows the hooks that will come.
pub fn start(store: Store, lines: Arc<Vec<Line>>, hooks: Arc<Vec<Hook>>, pool: usize) -> anyhow::Result<Bare> {
    let naive = Arc::new(Naive { store, lines, hooks, room: Semaphore::new(pool) });
    Bare::start(move |config| {
        config.app_data(web::Data::from(naive.clone())).default_service(web::to(take));
    })
}

async fn take(naive: web::Data<Naive>, body: web::Bytes) -> HttpResponse {
    let number = number_in(&body).and_then(|number| usize::try_from(number).ok());
    let Some((number, hook)) = number.and_then(|number| Some((number, naive.hooks.get(number)?))) else {
        return HttpResponse::BadRequest().finish();
    };
    let _room = naive.room.acquire().await;
    match raw::write(&naive.store, &naive.lines, &[hook], number).await {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}
