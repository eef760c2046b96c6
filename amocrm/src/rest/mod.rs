//! Client of the CRM API v4 (crm-api §0): account, users, pipelines, sources, widgets.

mod account;
mod contact_chats;
mod pipelines;
mod problem;
mod services;
mod sources;
mod users;
mod widgets;

use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use reqwest::{Client, Method};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;

pub use account::Account;
pub use contact_chats::ContactChat;
pub use pipelines::Pipeline;
pub use services::{Service, ServicePage, ServiceParams};
pub use sources::{NewSource, SOURCES_BATCH, Source, SourceChange};
pub use users::{User, UserPage};
pub use widgets::Widget;

use crate::error::Error;
use crate::transport::{self, Answer, TOTAL_TIME};

/// A client of one account's host. Cheap to clone; holds no token.
///
/// Every call takes the access token it is made with. What amoCRM says about a refusal is put into
/// [`Error::Refused`]'s text as one line for people (crm-api §1.14). No call is repeated by the client itself.
#[derive(Clone)]
pub struct Rest {
    http: Client,
    base: Url,
    total_time: Duration,
}

impl Rest {
    /// A client for e.g. `https://acme.amocrm.ru`; a path in `base_url` is kept in front of `/api/v4`.
    ///
    /// `http` must follow no redirects, send no cookies and use no unintended proxy, see the crate's first page. Check
    /// a host with [`HostRules`](crate::HostRules) before a token is sent there. Fails with [`Error::Invalid`] if
    /// `base_url` is not a plain http(s) address.
    pub fn new(http: Client, base_url: &str) -> Result<Self, Error> {
        Ok(Self { http, base: transport::base_url("Rest::new", base_url)?, total_time: TOTAL_TIME })
    }

    /// The same client with another total time limit for each call (default [`TOTAL_TIME`]).
    pub fn with_total_time(mut self, total_time: Duration) -> Self {
        self.total_time = total_time;
        self
    }

    async fn call(&self, token: &SecretString, request: Request<'_>) -> Result<Answer, Error> {
        let call = request.call;
        let mut url = transport::join(&self.base, ["api", "v4"].into_iter().chain(request.path));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
            .map_err(|_| Error::invalid(call, "the access token can't stand in a header"))?;
        bearer.set_sensitive(true);
        let mut builder = self
            .http
            .request(request.method, url)
            .timeout(self.total_time)
            .header("Accept", "application/hal+json, application/json")
            .header("Authorization", bearer);
        if let Some(body) = request.body {
            builder = builder.header("Content-Type", "application/json").body(body);
        }
        transport::exchange(call, &self.http, builder).await?.success(problem::words)
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rest").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// What one call sends. Path segments are our constants, amoCRM's numbers and checked codes only.
struct Request<'call> {
    call: &'static str,
    method: Method,
    path: Vec<&'call str>,
    query: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
}

impl<'call> Request<'call> {
    fn get(call: &'static str, path: Vec<&'call str>, query: Vec<(&'static str, String)>) -> Self {
        Self { call, method: Method::GET, path, query, body: None }
    }

    fn with_body(
        call: &'static str,
        method: Method,
        path: Vec<&'call str>,
        payload: &(impl Serialize + ?Sized),
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(payload).map_err(|error| Error::invalid(call, error.to_string()))?;
        Ok(Self { call, method, path, query: Vec::new(), body: Some(body) })
    }
}
