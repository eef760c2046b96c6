//! What an earlier run with the same data left: the new local amoCRM has none of its sources, and the endpoint of its own
//! messenger has another address and does not know the secret.

use std::time::Duration;

use anyhow::Context;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::stage::{DemoStage, PATIENCE};

/// The sources of an account in an answer of the API.
fn items(sources: &Value) -> impl Iterator<Item = &Value> {
    sources["items"].as_array().into_iter().flatten()
}

fn id(source: &Value) -> anyhow::Result<&str> {
    source["id"].as_str().context("a source without an id")
}

impl DemoStage {
    /// Where the own messenger's webhooks go.
    pub(super) fn webhook_url(&self) -> String {
        format!("{}/parom", self.messenger.url())
    }

    /// Creates the account's sources in the new local amoCRM, and connects the own messenger to its new endpoint.
    pub(super) async fn continues_earlier_run(&self, path: &str) -> anyhow::Result<()> {
        if items(&self.api(Method::GET, path, None).await?).next().is_none() {
            return Ok(());
        }
        // Refused until amoCRM has granted access again.
        let reconcile = format!("{path}/reconcile");
        let compared = async {
            while self.api(Method::POST, &reconcile, Some(json!({}))).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, compared).await.context("the sources could not be compared with amoCRM")?;
        let there = self.api(Method::GET, path, None).await?;
        for source in items(&there) {
            let path = format!("/api/v1/sources/{}", id(source)?);
            if source["status_reason"] == "deleted_in_crm" {
                self.api(Method::POST, &format!("{path}/restore"), Some(json!({}))).await?;
            }
            if source["kind"] == "custom" {
                let settings = json!({ "webhook_url": self.webhook_url() });
                self.api(Method::PATCH, &path, Some(json!({ "settings": settings }))).await?;
                let made = self.api(Method::POST, &format!("{path}/rotate-secret"), Some(json!({}))).await?;
                let secret = made["webhook_secret"].as_str().context("a secret that was not shown")?;
                self.messenger.expect_secret(SecretString::from(secret));
            }
        }
        Ok(())
    }
}
