//! A start on the data of an earlier run: amoCRM and the messengers are new and do not know its sources.

use anyhow::Context;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::DemoStage;

impl DemoStage {
    /// Connects the sources of an earlier run with this run's amoCRM and messengers; those of this run stay as they are.
    pub async fn connect_again(&self) -> anyhow::Result<()> {
        let path = self.sources_path().await?;
        self.api(Method::POST, &format!("{path}/reconcile"), None).await?;
        let there = self.api(Method::GET, &path, None).await?;
        let items = there["items"].as_array().context("a list of sources")?;
        for source in items.iter().filter(|source| source["status_reason"] == "deleted_in_crm") {
            let id = source["id"].as_str().context("a source without an id")?;
            self.api(Method::POST, &format!("/api/v1/sources/{id}/restore"), None).await?;
            self.connect_messenger(id, source).await?;
        }
        Ok(())
    }

    async fn connect_messenger(&self, id: &str, source: &Value) -> anyhow::Result<()> {
        let path = format!("/api/v1/sources/{id}");
        if source["kind"] == "custom" {
            let settings = json!({ "webhook_url": format!("{}/parom", self.messenger.url()) });
            self.api(Method::PATCH, &path, Some(json!({ "settings": settings }))).await?;
            let made = self.api(Method::POST, &format!("{path}/rotate-secret"), None).await?;
            let secret = made["webhook_secret"].as_str().context("the new secret")?;
            self.messenger.expect_secret(SecretString::from(secret));
        }
        let bot = self.messengers.first_bot()?;
        let shown = source["settings"]["bot_token"].as_str().map(|shown| shown.trim_start_matches('…'));
        if source["kind"] == "telegram" && shown.is_some_and(|end| bot.token.ends_with(end)) {
            let settings = json!({ "bot_token": bot.token });
            self.api(Method::PATCH, &path, Some(json!({ "settings": settings }))).await?;
        }
        Ok(())
    }
}
