//! The document as it is served, and the paths in it.

use domain::compressed::CompressedText;
use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use anyhow::Context;
use base::error::Result;
use bytes::Bytes;
use utoipa::openapi::path::PathItem;

use super::Whole;
use crate::api::docs;

/// Built on the first request: building takes megabytes, and most processes never serve it.
pub type Known = LazyLock<Served>;

/// The served document and the paths in it.
pub struct Served {
    json: String,
    packed: OnceLock<CompressedText>,
    /// The page of the document, rendered when it is first requested.
    page: OnceLock<CompressedText>,
    /// The same as a text for language models.
    text: OnceLock<CompressedText>,
    paths: Vec<(Vec<String>, BTreeSet<&'static str>)>,
}

impl Served {
    /// The document of this program; the paths are read from it, so that both always agree.
    pub fn now() -> Self {
        let whole = Whole::now();
        let mut paths: Vec<_> =
            whole.document.paths.paths.iter().map(|(path, item)| (segments(path), methods(item))).collect();
        for address in ["/api/openapi.json", "/api/docs", "/api/docs/style.css", "/api/docs/try.js", "/api/llms.txt"] {
            paths.push((segments(address), BTreeSet::from(["GET"])));
        }
        Self {
            json: serde_json::to_string(&whole).unwrap_or_default(),
            packed: OnceLock::new(),
            page: OnceLock::new(),
            text: OnceLock::new(),
            paths,
        }
    }

    /// The document itself.
    pub fn document(&self) -> CompressedText {
        self.packed.get_or_init(|| CompressedText::of(Bytes::from(self.json.clone()))).clone()
    }

    /// The document as a page; `tries`: with the script that sends requests, which a process has or has not.
    pub fn page(&self, tries: bool) -> Result<CompressedText> {
        if let Some(page) = self.page.get() {
            return Ok(page.clone());
        }
        let document = serde_json::from_str(&self.json).context("the API's description")?;
        let page = CompressedText::of(docs::rendered(&document, tries)?);
        Ok(self.page.get_or_init(|| page).clone())
    }

    /// The document as a text for language models.
    pub fn text(&self) -> Result<CompressedText> {
        if let Some(text) = self.text.get() {
            return Ok(text.clone());
        }
        let document = serde_json::from_str(&self.json).context("the API's description")?;
        Ok(self.text.get_or_init(|| CompressedText::of(Bytes::from(docs::llms::of(&document)))).clone())
    }

    /// The methods that a path supports; empty if there is no such path.
    pub fn methods_of(&self, path: &str) -> BTreeSet<&'static str> {
        let asked = segments(path);
        let fits = |template: &[String]| {
            template.len() == asked.len()
                && template
                    .iter()
                    .zip(&asked)
                    .all(|(known, asked)| (known.starts_with('{') && !asked.is_empty()) || known == asked)
        };
        self.paths
            .iter()
            .filter(|(template, _)| fits(template))
            .flat_map(|(_, methods)| methods.iter().copied())
            .flat_map(|method| [Some(method), (method == "GET").then_some("HEAD")])
            .flatten()
            .collect()
    }
}

fn segments(path: &str) -> Vec<String> {
    path.trim_start_matches('/').split('/').map(str::to_owned).collect()
}

fn methods(item: &PathItem) -> BTreeSet<&'static str> {
    let all = [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    all.into_iter().filter_map(|(name, taken)| taken.then_some(name)).collect()
}
