//! Forms with files (`multipart/form-data`), read as they arrive.

use actix_web::dev::Payload;
use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream::poll_fn;
use multer::Multipart;
use tokio::sync::mpsc;

/// Reads a form. The body of a request stays on its thread and the form's reader wants one that may move: a short line lies
/// between. What the reader leaves unread is not waited for.
pub async fn read<T>(mut payload: Payload, boundary: String, reader: impl AsyncFnOnce(Multipart<'static>) -> T) -> T {
    let (line, mut chunks) = mpsc::channel(1);
    let carry = async move {
        while let Some(chunk) = payload.next().await {
            // An error: the reader has what it wants, or has given up.
            if line.send(chunk.map_err(std::io::Error::other)).await.is_err() {
                return;
            }
        }
    };
    let form = Multipart::new(poll_fn(move |context| chunks.poll_recv(context)), boundary);
    join(reader(form), carry).await.0
}
