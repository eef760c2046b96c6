//! What pages of other sites may call and read (CORS), without credentials: callers are identified by a header, never by
//! a cookie. Who may is each door's own question.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// What one door admits.
pub(crate) struct CrossOrigin {
    pub methods: &'static str,
    pub headers: &'static str,
    /// Headers of an answer that a page may read.
    pub exposed: &'static str,
    /// Seconds for which a browser keeps a preflight's answer.
    pub max_age: &'static str,
}

impl CrossOrigin {
    pub fn preflight(&self) -> HttpResponse {
        HttpResponse::NoContent()
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, self.methods))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, self.max_age))
            .finish()
    }

    /// Lets pages of this origin read the answer.
    pub fn let_read(&self, headers: &mut HeaderMap, origin: HeaderValue) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(self.exposed));
    }
}

pub(crate) fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds the origin to what the answer varies by, in one header line: some clients ignore a second one.
pub(crate) fn vary_by_origin(headers: &mut HeaderMap) {
    let others = headers.get(header::VARY).and_then(|value| value.to_str().ok());
    let all = others.and_then(|others| HeaderValue::from_str(&format!("{others}, Origin")).ok());
    headers.insert(header::VARY, all.unwrap_or(HeaderValue::from_static("Origin")));
}
