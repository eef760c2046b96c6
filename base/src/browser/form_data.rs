//! Forms with files (`multipart/form-data`), read as they arrive.

use actix_web::dev::Payload;
use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream::poll_fn;
use multer::Multipart;
use tokio::sync::mpsc;

/// Reads a form. A request's body stays on its thread while the form's reader needs one that can move: a short channel
/// connects them. Unread parts are not awaited.
pub async fn read<T>(mut payload: Payload, boundary: String, reader: impl AsyncFnOnce(Multipart<'static>) -> T) -> T {
    let (line, mut chunks) = mpsc::channel(1);
    let carry = async move {
        while let Some(chunk) = payload.next().await {
            // An error means that the reader has finished or given up.
            if line.send(chunk.map_err(std::io::Error::other)).await.is_err() {
                return;
            }
        }
    };
    let form = Multipart::new(poll_fn(move |context| chunks.poll_recv(context)), boundary);
    join(reader(form), carry).await.0
}
