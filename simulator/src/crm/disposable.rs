//! Disposable tokens, which a widget's requests send in `X-Auth-Token`.
//!
//! Claims and test vector: www.amocrm.ru/developers/content/oauth/disposable-tokens; `is_admin` is read by
//! amoCRM's own SDK and missing from the documents.

use serde::Serialize;
use uuid::Uuid;

use super::config::IntegrationConfig;
use super::core::Core;
use super::signature::hs256;

/// Lifetime of a token in seconds, in all official samples.
const LIFE_SECONDS: i64 = 1800;

/// The claims in the order of the published vector.
#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    aud: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    account_id: i64,
    user_id: i64,
    subdomain: &'a str,
    client_uuid: &'a str,
    is_admin: bool,
}

/// `scheme://host` of a redirect URI; amoCRM's SDK compares it without port and path.
fn audience(redirect_uri: &str) -> String {
    url::Url::parse(redirect_uri)
        .ok()
        .and_then(|url| Some(format!("{}://{}", url.scheme(), url.host_str()?)))
        .unwrap_or_default()
}

/// A token for a user of an account; `None` if either is unknown.
pub(crate) fn token(core: &Core, host: &str, user_id: i64, integration: &IntegrationConfig) -> Option<String> {
    let (account_id, is_admin) = core.read(|state| {
        let account = state.accounts.get(host)?;
        Some((account.id, account.user(user_id)?.is_admin))
    })?;
    let now = core.now().timestamp();
    let claims = Claims {
        iss: format!("https://{host}"),
        aud: audience(&core.redirect_uri(integration)),
        jti: Uuid::new_v4().to_string(),
        iat: now,
        nbf: now,
        exp: now + LIFE_SECONDS,
        account_id,
        user_id,
        subdomain: host.split('.').next().unwrap_or_default(),
        client_uuid: &integration.client_id,
        is_admin,
    };
    serde_json::to_string(&claims).ok().map(|claims| hs256(&claims, &integration.client_secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_comes_out_byte_for_byte() {
        let claims = Claims {
            iss: "https://example.amocrm.ru".to_owned(),
            aud: audience("https://bridge.example.com/oauth/cb"),
            jti: "3f0a2c1e-7b7d-4a55-9c0e-0d5b8d9d1a01".to_owned(),
            iat: 1_767_225_600,
            nbf: 1_767_225_600,
            exp: 1_767_225_600 + LIFE_SECONDS,
            account_id: 12_345_678,
            user_id: 87_654_321,
            subdomain: "example",
            client_uuid: "11111111-2222-3333-4444-555555555555",
            is_admin: true,
        };
        let token = hs256(&serde_json::to_string(&claims).unwrap(), "test_client_secret_do_not_use_0123456789abcdef");
        assert_eq!(
            token,
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuYW1vY3JtLnJ1IiwiYXVkIjoiaHR0cHM6L\
             y9icmlkZ2UuZXhhbXBsZS5jb20iLCJqdGkiOiIzZjBhMmMxZS03YjdkLTRhNTUtOWMwZS0wZDViOGQ5ZDFhMDEiLCJpYXQiOjE3Njcy\
             MjU2MDAsIm5iZiI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjI3NDAwLCJhY2NvdW50X2lkIjoxMjM0NTY3OCwidXNlcl9pZCI6ODc2NTQ\
             zMjEsInN1YmRvbWFpbiI6ImV4YW1wbGUiLCJjbGllbnRfdXVpZCI6IjExMTExMTExLTIyMjItMzMzMy00NDQ0LTU1NTU1NTU1NTU1NS\
             IsImlzX2FkbWluIjp0cnVlfQ.Ffsq9FLnpZwi0OuMb7_TIrXclR1luR_HRwVJTFSc6g0"
        );
    }

    #[test]
    fn the_audience_has_neither_port_nor_path() {
        assert_eq!(audience("http://127.0.0.1:8080/oauth/callback"), "http://127.0.0.1");
    }
}
