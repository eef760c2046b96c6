//! Counts and times requests by the pattern of their route, which names no id.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;

/// The route of requests that no route takes.
const NOWHERE: &str = "none";

/// Measures a request until its answer begins.
pub async fn measure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let route = request.match_pattern().unwrap_or_else(|| NOWHERE.to_owned());
    let begun = Instant::now();
    let answer = next.call(request).await;
    let status = match &answer {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    metrics::counter!("parom_http_requests_total", "route" => route.clone(), "status" => class(status)).increment(1);
    metrics::histogram!("parom_http_request_seconds", "route" => route).record(begun.elapsed());
    answer
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
