//! The skipped lines as CSV, without texts, which are in the imported file.

use actix_web::web;

use super::find;
use crate::import as imports;
use crate::panel::{Answer, AppData, Member, Right, csv};

const PAGE: u64 = 1_000;

/// `GET /panel/import/{id}/skipped.csv`
pub(super) async fn download(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let mut text = csv::head(&["line", "reason"]);
    let mut after = 0;
    loop {
        let page = imports::skips(&app, &row, after, PAGE, member.words.language()).await?;
        let Some(last) = page.last() else { break };
        after = last.line;
        page.into_iter().for_each(|skip| text.push_str(&csv::line([skip.line.to_string(), skip.reason])));
    }
    Ok(csv::file("skipped.csv").body(text))
}
