//! Getting and renewing access tokens (crm-api §1.4 to §1.11).

mod error;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use http::HeaderValue;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest,
    HttpResponse, RedirectUrl, RefreshToken, RequestTokenError, StandardRevocableToken, StandardTokenResponse,
    TokenResponse, TokenUrl,
};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

use crate::lenient;
use crate::transport::{self, TOTAL_TIME};
pub use error::{Asked, OAuthError};

type Sending = Pin<Box<dyn Future<Output = Result<HttpResponse, OAuthError>> + Send>>;

/// OAuth client of one integration. It is independent of accounts: an account's address is an argument of each call.
///
/// ```no_run
/// # async fn example(http: reqwest::Client, secret: secrecy::SecretString, code: secrecy::SecretString, referer: &str)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use amocrm::HostRules;
/// use amocrm::oauth::OAuth;
///
/// // The callback's referer decides where the client secret goes: check it.
/// let host = HostRules::new(["amocrm.ru", "kommo.com"]).parse(referer)?;
/// let oauth = OAuth::new(http, "11111111-2222-3333-4444-555555555555", secret, "https://acme.example/oauth");
/// let tokens = oauth.exchange_code(&format!("https://{host}"), &code).await?;
/// let next = oauth.refresh(&format!("https://{host}"), &tokens.refresh_token).await?;
/// # let _ = next;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OAuth {
    http: Client,
    client_id: String,
    client_secret: SecretString,
    redirect_uri: String,
    total_time: Duration,
}

impl OAuth {
    /// A client. `redirect_uri` must equal the integration's setting byte for byte. `http` must follow no redirects,
    /// see the crate's first page: the client secret is in the body.
    pub fn new(
        http: Client,
        client_id: impl Into<String>,
        client_secret: SecretString,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let (client_id, redirect_uri) = (client_id.into(), redirect_uri.into());
        Self { http, client_id, client_secret, redirect_uri, total_time: TOTAL_TIME }
    }

    /// The same client with another total time limit for each call (default [`TOTAL_TIME`]).
    pub fn with_total_time(mut self, total_time: Duration) -> Self {
        self.total_time = total_time;
        self
    }

    /// Exchanges an authorization code (20 minutes, single use) for the first pair of tokens.
    ///
    /// `token_base` is the address of the account, e.g. `https://acme.amocrm.ru`: check the host with
    /// [`HostRules`](crate::HostRules) first, the client secret is sent there.
    pub async fn exchange_code(&self, token_base: &str, code: &SecretString) -> Result<Tokens, OAuthError> {
        const CALL: &str = "exchange_code";
        let client = self.client(token_base)?;
        let exchange = client.exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()));
        let send = self.sender(CALL, code);
        tokens(Asked { call: CALL, address: token_base.to_owned() }, exchange.request_async(&send).await)
    }

    /// Exchanges a refresh token for the next pair; the old token is used up.
    ///
    /// The caller ensures that only one renewal of a grant runs at a time. After an unknown outcome the same token may
    /// be sent once more (crm-api §1.8).
    pub async fn refresh(&self, token_base: &str, refresh_token: &SecretString) -> Result<Tokens, OAuthError> {
        const CALL: &str = "refresh";
        let client = self.client(token_base)?;
        let token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let exchange = client.exchange_refresh_token(&token).add_extra_param("redirect_uri", &self.redirect_uri);
        let send = self.sender(CALL, refresh_token);
        tokens(Asked { call: CALL, address: token_base.to_owned() }, exchange.request_async(&send).await)
    }

    /// Asks the shared API host for an account's current host, after 401 or 404 from its old address (crm-api §1.11).
    ///
    /// `api_base` is the address of the access token's `api_domain`. Does not use up the refresh token. amoCRM answers
    /// 401 for a dead one, as any gateway may do for its own reasons: only the token endpoint's words end a grant.
    pub async fn subdomain(&self, api_base: &str, refresh_token: &SecretString) -> Result<AccountAddress, OAuthError> {
        const CALL: &str = "subdomain";
        let base = transport::base_url(CALL, api_base)?;
        let url = transport::join(&base, ["oauth2", "account", "current", CALL]);
        let mut token = HeaderValue::from_str(refresh_token.expose_secret())
            .map_err(|_| OAuthError::Invalid { what: "the refresh token is not valid in a header".to_owned() })?;
        token.set_sensitive(true);
        let request = self.http.get(url).timeout(self.total_time).header("X-Refresh-Token", token);
        let answer = transport::exchange(CALL, &self.http, request).await?;
        if !(200..300).contains(&answer.status) {
            return Err(OAuthError::refusal(&answer, &[refresh_token.expose_secret()]));
        }
        let lacking = |reason: &str| OAuthError::unreadable(Asked::of(&answer), answer.status, reason);
        let object: Value = serde_json::from_slice(&answer.body).map_err(|_| lacking("the answer is not JSON"))?;
        Ok(AccountAddress {
            id: lenient::number(&object, "id").ok_or_else(|| lacking("id is missing"))?,
            domain: lenient::text(&object, "domain").ok_or_else(|| lacking("domain is missing"))?,
        })
    }

    fn client(&self, token_base: &str) -> Result<TokenClient, OAuthError> {
        let base = transport::base_url("token_base", token_base)?;
        let invalid = |what: &str, error: url::ParseError| OAuthError::Invalid { what: format!("{what}: {error}") };
        let token_url = transport::join(&base, ["oauth2", "access_token"]);
        let redirect_url =
            RedirectUrl::new(self.redirect_uri.clone()).map_err(|error| invalid("redirect_uri", error))?;
        Ok(oauth2::Client::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.client_secret.expose_secret().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_redirect_uri(redirect_url)
            .set_token_uri(TokenUrl::from_url(token_url)))
    }

    /// [`send`](OAuth::send) with the signature that the `oauth2` crate requires. It owns all its data: a future that
    /// borrows would not be `Send`.
    fn sender(&self, call: &'static str, grant: &SecretString) -> impl Fn(HttpRequest) -> Sending + use<> {
        let (this, grant) = (self.clone(), grant.clone());
        move |request| {
            let (this, grant) = (this.clone(), grant.clone());
            Box::pin(async move { this.send(call, request, grant.expose_secret()).await })
        }
    }

    /// The HTTP adapter for the `oauth2` crate: converts its form to the JSON that amoCRM documents, turns refusals
    /// into our own error (the crate would lose the status), and normalises the loose types of PHP's answers.
    async fn send(&self, call: &'static str, request: HttpRequest, grant: &str) -> Result<HttpResponse, OAuthError> {
        let fields: Map<String, Value> = form_urlencoded::parse(request.body())
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect();
        let builder = self
            .http
            .post(request.uri().to_string())
            .timeout(self.total_time)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .body(Value::Object(fields).to_string());
        let answer = transport::exchange(call, &self.http, builder).await?;
        if !(200..300).contains(&answer.status) {
            return Err(OAuthError::refusal(&answer, &[grant, self.client_secret.expose_secret()]));
        }
        let lacking = |reason: &str| OAuthError::unreadable(Asked::of(&answer), answer.status, reason);
        let object: Value = serde_json::from_slice(&answer.body).map_err(|_| lacking("the answer is not JSON"))?;
        let body = json!({
            "token_type": "Bearer",
            "access_token": lenient::text(&object, "access_token").ok_or_else(|| lacking("access_token is missing"))?,
            "refresh_token":
                lenient::text(&object, "refresh_token").ok_or_else(|| lacking("refresh_token is missing"))?,
            "expires_in": lenient::size(&object, "expires_in").unwrap_or(USUAL_LIFE).min(LONGEST_LIFE),
            "server_time": lenient::number(&object, "server_time"),
        });
        Ok(HttpResponse::new(body.to_string().into_bytes()))
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OAuth").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The address of the consent page, e.g. from `https://www.amocrm.ru/oauth`. amoCRM accepts neither `redirect_uri` nor
/// `scope` here (crm-api §1.4); an existing query in `consent_base` is kept.
pub fn consent_url(consent_base: &str, client_id: &str, state: &str) -> Result<String, OAuthError> {
    let mut url = Url::parse(consent_base)
        .map_err(|error| OAuthError::Invalid { what: format!("the consent address: {error}") })?;
    url.query_pairs_mut().append_pair("client_id", client_id).append_pair("state", state);
    Ok(url.into())
}

/// The assumed lifetime of a token if the answer has none: a day (crm-api §1.8).
const USUAL_LIFE: u64 = 86_400;

/// The longest accepted lifetime, in seconds: five years, the longest that amoCRM issues (crm-api §1.8).
const LONGEST_LIFE: u64 = 5 * 366 * 86_400;

/// A pair of tokens. `Debug` hides both.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// For API calls; opaque, usually a JWT (see [`claims`](crate::claims)).
    pub access_token: SecretString,
    /// For the next pair; works once, within three months from issue. Never empty.
    pub refresh_token: SecretString,
    /// Lifetime of the access token, counted from `server_time`.
    pub expires_in: Duration,
    /// amoCRM's clock at issue, Unix seconds.
    pub server_time: Option<i64>,
}

/// The current host of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountAddress {
    /// The account's CRM id, to be compared with the expected one.
    pub id: i64,
    /// Its current host, e.g. `newacme.amocrm.ru`. Check it with [`HostRules`](crate::HostRules) before use.
    pub domain: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct ServerTime {
    server_time: Option<i64>,
}

impl ExtraTokenFields for ServerTime {}

type TokenAnswer = StandardTokenResponse<ServerTime, BasicTokenType>;

type TokenClient = oauth2::Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The pair in our form, or the error.
fn tokens(
    asked: Asked,
    answer: Result<TokenAnswer, RequestTokenError<OAuthError, BasicErrorResponse>>,
) -> Result<Tokens, OAuthError> {
    let unreadable = |reason: &str| OAuthError::unreadable(asked.clone(), 200, reason);
    let answer = answer.map_err(|error| match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            unreadable("the token answer can't be read")
        }
    })?;
    let refresh_token = answer.refresh_token().ok_or_else(|| unreadable("refresh_token is missing"))?;
    Ok(Tokens {
        access_token: SecretString::from(answer.access_token().secret().as_str()),
        refresh_token: SecretString::from(refresh_token.secret().as_str()),
        expires_in: answer.expires_in().unwrap_or(Duration::from_secs(USUAL_LIFE)),
        server_time: answer.extra_fields().server_time,
    })
}
