// Generated from docs/openapi.json by sdk/generate: do not edit.

import { Client, path, type Listing, type Options } from "./client.js";
import type * as t from "./types.js";

export { Problem, type Listing, type Options, type Page, type Settings } from "./client.js";
export type * from "./types.js";
export { InvalidSignature, verify } from "./webhook.js";

/** Parom's API: a method for each operation. */
export class Parom extends Client {

  // --- sources ---

  /** Retrieves a source. */
  getSource(sourceId: string, options?: Options): Promise<t.SourceOut> {
    return this.call("GET", path`/api/v1/sources/${sourceId}`, { options });
  }

  /** Deletes a source. */
  deleteSource(sourceId: string, options?: Options): Promise<void> {
    return this.call("DELETE", path`/api/v1/sources/${sourceId}`, { keyed: true, options });
  }

  /** Updates, pauses or resumes a source. */
  updateSource(sourceId: string, body: t.SourcePatchIn, options?: Options & { ifMatch?: string }): Promise<t.SourceOut> {
    return this.call("PATCH", path`/api/v1/sources/${sourceId}`, { body, keyed: true, options });
  }

  /** Restores a source in amoCRM. */
  restoreSource(sourceId: string, options?: Options): Promise<t.SourceOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/restore`, { keyed: true, options });
  }

  /** Rotates a source's secret. */
  rotateSourceSecret(sourceId: string, options?: Options): Promise<t.SecretOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/rotate-secret`, { keyed: true, options });
  }

  /** Retrieves what a shadow saw. */
  getShadow(sourceId: string, query: { day?: string } = {}, options?: Options): Promise<t.ShadowOut> {
    return this.call("GET", path`/api/v1/sources/${sourceId}/shadow`, { query, options });
  }

  /** Retrieves a takeover. */
  getTakeover(sourceId: string, options?: Options): Promise<t.TakeoverOut> {
    return this.call("GET", path`/api/v1/sources/${sourceId}/takeover`, { options });
  }

  /** Takes a line over. */
  startTakeover(sourceId: string, body: t.StartTakeover, options?: Options): Promise<t.TakeoverOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/takeover`, { body, keyed: true, options });
  }

  /** Gives a line back. */
  giveBackTakeover(sourceId: string, options?: Options): Promise<t.TakeoverOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/takeover/back`, { keyed: true, options });
  }

  /** Checks a takeover. */
  planTakeover(sourceId: string, options?: Options): Promise<t.TakeoverPlanOut> {
    return this.call("GET", path`/api/v1/sources/${sourceId}/takeover/plan`, { options });
  }

  /** Reports what a takeover came to. */
  reportTakeover(sourceId: string, options?: Options): Promise<t.TakeoverReportOut> {
    return this.call("GET", path`/api/v1/sources/${sourceId}/takeover/report`, { options });
  }

  /** Tests a source. */
  testSource(sourceId: string, options?: Options): Promise<t.StepsOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/test`, { keyed: true, options });
  }

  /** Lists an account's sources. */
  listSources(tenantId: string, query: { limit?: number; cursor?: string } = {}, options?: Options): Listing<t.SourceOut> {
    return this.list(path`/api/v1/tenants/${tenantId}/sources`, query, options);
  }

  /** Creates a source. */
  createSource(tenantId: string, body: t.SourceIn, options?: Options): Promise<t.SourceOut> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/sources`, { body, keyed: true, options });
  }

  /** Compares the account's sources with amoCRM's. */
  reconcileSources(tenantId: string, options?: Options): Promise<t.ReconciledOut> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/sources/reconcile`, { keyed: true, options });
  }

  /** Lists stray sources. */
  listStraySources(tenantId: string, options?: Options): Promise<t.StraysOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/stray-sources`, { options });
  }

  /** Adopts a stray source. */
  adoptStraySource(tenantId: string, amocrmSourceId: string, body: t.AdoptIn, options?: Options): Promise<t.SourceOut> {
    return this.call(
      "POST", path`/api/v1/tenants/${tenantId}/stray-sources/${amocrmSourceId}/adopt`, { body, keyed: true, options }
    );
  }

  /** Deletes a stray source in amoCRM. */
  removeStraySource(tenantId: string, amocrmSourceId: string, options?: Options): Promise<void> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/stray-sources/${amocrmSourceId}/remove`, { keyed: true, options });
  }

  // --- messages ---

  /** Retrieves a message. */
  getMessage(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.MessageOut> {
    return this.call("GET", path`/api/v1/messages/${id}`, { query, options });
  }

  /** Uploads a file for messages. */
  uploadFile(
    sourceId: string,
    body: Blob | Uint8Array<ArrayBuffer> | string,
    query: { file_name?: string } = {},
    options?: Options,
  ): Promise<t.UploadOut> {
    return this.call(
      "POST", path`/api/v1/sources/${sourceId}/media`, { body, type: "application/octet-stream", query, keyed: true, options }
    );
  }

  /** Sends a customer's message. */
  sendMessage(sourceId: string, body: t.MessageIn, options?: Options): Promise<t.AcceptedOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/messages`, { body, options });
  }

  /** Deletes a customer's message. */
  deleteMessage(sourceId: string, externalId: string, options?: Options): Promise<t.EditOut> {
    return this.call("DELETE", path`/api/v1/sources/${sourceId}/messages/${externalId}`, { keyed: true, options });
  }

  /** Edits a customer's message. */
  editMessage(sourceId: string, externalId: string, body: t.EditIn, options?: Options): Promise<t.EditOut> {
    return this.call("PATCH", path`/api/v1/sources/${sourceId}/messages/${externalId}`, { body, keyed: true, options });
  }

  /** Reports the status of a message. */
  reportStatus(sourceId: string, messageId: string, body: t.StatusIn, options?: Options): Promise<t.StatusOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/messages/${messageId}/status`, { body, options });
  }

  /** Sets or removes a customer's reaction. */
  setReaction(sourceId: string, body: t.ReactionIn, options?: Options): Promise<void> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/reactions`, { body, options });
  }

  /** Shows that a customer is typing. */
  showTyping(sourceId: string, body: t.TypingIn, options?: Options): Promise<void> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/typing`, { body, options });
  }

  // --- conversations ---

  /** Lists a source's conversations. */
  listConversations(
    sourceId: string,
    query: { limit?: number; cursor?: string } = {},
    options?: Options,
  ): Listing<t.ConversationOut> {
    return this.list(path`/api/v1/sources/${sourceId}/conversations`, query, options);
  }

  /** Starts a chat without a message. */
  startConversation(sourceId: string, body: t.ChatIn, options?: Options): Promise<t.ChatOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/conversations`, { body, options });
  }

  /** Lists a conversation's messages. */
  listMessages(
    sourceId: string,
    conversationId: string,
    query: { limit?: number; cursor?: string } = {},
    options?: Options,
  ): Listing<t.MessageOut> {
    return this.list(path`/api/v1/sources/${sourceId}/conversations/${conversationId}/messages`, query, options);
  }

  // --- customers ---

  /** Blocks the customer of a conversation. */
  blockCustomer(sourceId: string, conversationId: string, options?: Options): Promise<void> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/conversations/${conversationId}/block`, { keyed: true, options });
  }

  /** Lists a chat's contact links. */
  getIdentity(sourceId: string, conversationId: string, options?: Options): Promise<t.IdentityOut> {
    return this.call("GET", path`/api/v1/sources/${sourceId}/conversations/${conversationId}/identity`, { options });
  }

  /** Undoes a contact link. */
  undoIdentity(sourceId: string, conversationId: string, linkId: string, options?: Options): Promise<void> {
    return this.call(
      "POST", path`/api/v1/sources/${sourceId}/conversations/${conversationId}/identity/${linkId}/undo`, { keyed: true, options }
    );
  }

  /** Unblocks the customer of a conversation. */
  unblockCustomer(sourceId: string, conversationId: string, options?: Options): Promise<void> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/conversations/${conversationId}/unblock`, { keyed: true, options });
  }

  /** Erases one customer's data. */
  eraseCustomer(
    tenantId: string,
    body: t.CustomerErasureIn,
    options?: Options,
  ): Promise<t.CustomerErasureCountOut | t.CustomerErasureOut> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/customers/erase`, { body, keyed: true, options });
  }

  /** Exports one customer's data. */
  exportCustomer(tenantId: string, body: t.CustomerExportIn, options?: Options): Promise<string> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/customers/export`, { body, options });
  }

  /** Lists decisions about marketing. */
  listMarketingConsents(
    tenantId: string,
    query: { limit?: number; cursor?: string } = {},
    options?: Options,
  ): Listing<t.MarketingConsentOut> {
    return this.list(path`/api/v1/tenants/${tenantId}/marketing-consents`, query, options);
  }

  /** Records a decision about marketing. */
  recordMarketingConsent(tenantId: string, body: t.MarketingConsentIn, options?: Options): Promise<t.MarketingConsentOut> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/marketing-consents`, { body, keyed: true, options });
  }

  // --- templates ---

  /** Lists a source's templates. */
  listTemplates(sourceId: string, query: { limit?: number; cursor?: string } = {}, options?: Options): Listing<t.TemplateOut> {
    return this.list(path`/api/v1/sources/${sourceId}/templates`, query, options);
  }

  /** Creates a template in amoCRM. */
  createTemplate(sourceId: string, body: t.TemplateIn, options?: Options): Promise<t.TemplateOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/templates`, { body, keyed: true, options });
  }

  /** Brings templates in. */
  bringTemplates(sourceId: string, options?: Options): Promise<t.BroughtInOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/templates/bring`, { keyed: true, options });
  }

  /** Sends an approved template. */
  sendTemplate(
    sourceId: string,
    templateId: string,
    body: t.TemplateMessageIn,
    options?: Options,
  ): Promise<t.TemplateMessageOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/templates/${templateId}/messages`, { body, keyed: true, options });
  }

  /** Reports a template's review. */
  reportTemplateReview(sourceId: string, templateId: string, body: t.ReviewIn, options?: Options): Promise<t.TemplateOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/templates/${templateId}/review`, { body, keyed: true, options });
  }

  // --- webhooks ---

  /** Lists a source's webhook attempts. */
  listWebhookAttempts(
    sourceId: string,
    query: { limit?: number; cursor?: string } = {},
    options?: Options,
  ): Listing<t.WebhookAttemptOut> {
    return this.list(path`/api/v1/sources/${sourceId}/webhook-attempts`, query, options);
  }

  /** Resends a webhook. */
  resendWebhook(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.ResentOut> {
    return this.call("POST", path`/api/v1/webhook-attempts/${id}/resend`, { query, keyed: true, options });
  }

  // --- imports ---

  /** Retrieves an import. */
  getImport(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.ImportOut> {
    return this.call("GET", path`/api/v1/imports/${id}`, { query, options });
  }

  /** Cancels an import permanently. */
  cancelImport(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.ImportOut> {
    return this.call("POST", path`/api/v1/imports/${id}/cancel`, { query, keyed: true, options });
  }

  /** Pauses an import. */
  pauseImport(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.ImportOut> {
    return this.call("POST", path`/api/v1/imports/${id}/pause`, { query, keyed: true, options });
  }

  /** Resumes an import. */
  resumeImport(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.ImportOut> {
    return this.call("POST", path`/api/v1/imports/${id}/resume`, { query, keyed: true, options });
  }

  /** Imports earlier messages from a file. */
  startImport(
    sourceId: string,
    body: Blob | Uint8Array<ArrayBuffer> | string,
    type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" | "application/x-ndjson" | "text/csv",
    query: { dry_run?: boolean; leads?: "newest" | "none"; link_contacts?: boolean; columns?: string; we?: string; dates?: "day_first" | "month_first"; zone?: string } = {},
    options?: Options,
  ): Promise<t.ImportOut> {
    return this.call("POST", path`/api/v1/sources/${sourceId}/imports`, { body, type, query, keyed: true, options });
  }

  // --- dead letters ---

  /** Retries or removes many dead letters. */
  replayDeadLetters(body: t.ReplayIn, options?: Options): Promise<t.ReplayCountOut | t.ReplayOut> {
    return this.call("POST", path`/api/v1/dead-letter-replays`, { body, keyed: true, options });
  }

  /** Retrieves a replay. */
  getReplay(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.ReplayOut> {
    return this.call("GET", path`/api/v1/dead-letter-replays/${id}`, { query, options });
  }

  /** Cancels a replay. */
  cancelReplay(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.ReplayOut> {
    return this.call("POST", path`/api/v1/dead-letter-replays/${id}/cancel`, { query, keyed: true, options });
  }

  /** Lists dead letters. */
  listDeadLetters(
    query: { source_id?: string; reason?: string; tenant_id?: string; limit?: number; cursor?: string } = {},
    options?: Options,
  ): Listing<t.DeadLetterOut> {
    return this.list(path`/api/v1/dead-letters`, query, options);
  }

  /** Deletes a dead letter permanently. */
  deleteDeadLetter(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<void> {
    return this.call("DELETE", path`/api/v1/dead-letters/${id}`, { query, keyed: true, options });
  }

  /** Retries a dead letter. */
  retryDeadLetter(id: string, query: { tenant_id?: string } = {}, options?: Options): Promise<t.RetriedOut> {
    return this.call("POST", path`/api/v1/dead-letters/${id}/retry`, { query, keyed: true, options });
  }

  // --- usage ---

  /** Retrieves a source's ledger. */
  getLedger(sourceId: string, query: { from?: string; to?: string } = {}, options?: Options): Promise<t.LedgerOut> {
    return this.call("GET", path`/api/v1/sources/${sourceId}/ledger`, { query, options });
  }

  /** Reports how soon customers are answered. */
  reportAnswers(
    tenantId: string,
    query: { from?: string; to?: string; source_id?: string } = {},
    options?: Options,
  ): Promise<t.AnswersReportOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/reports/answers`, { query, options });
  }

  /** Counts an account's messages. */
  reportMessages(
    tenantId: string,
    query: { from?: string; to?: string; source_id?: string } = {},
    options?: Options,
  ): Promise<t.MessagesReportOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/reports/messages`, { query, options });
  }

  /** Retrieves an account's monthly usage. */
  getAccountUsage(tenantId: string, query: { month?: string } = {}, options?: Options): Promise<t.UsageOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/usage`, { query, options });
  }

  /** Lists all accounts' monthly usage. */
  listUsage(query: { month?: string; limit?: number; cursor?: string } = {}, options?: Options): Listing<t.UsageOut> {
    return this.list(path`/api/v1/usage`, query, options);
  }

  // --- account ---

  /** Describes the key of the request. */
  getOwnKey(options?: Options): Promise<t.MeOut> {
    return this.call("GET", path`/api/v1/me`, { options });
  }

  /** Lists accounts, newest first. */
  listAccounts(query: { limit?: number; cursor?: string } = {}, options?: Options): Listing<t.TenantOut> {
    return this.list(path`/api/v1/tenants`, query, options);
  }

  /** Retrieves an account. */
  getAccount(tenantId: string, options?: Options): Promise<t.TenantOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}`, { options });
  }

  /** Changes an account. */
  updateAccount(tenantId: string, body: t.TenantPatchIn, options?: Options): Promise<t.TenantOut> {
    return this.call("PATCH", path`/api/v1/tenants/${tenantId}`, { body, keyed: true, options });
  }

  /** Lists the account's pipelines. */
  listPipelines(tenantId: string, options?: Options): Promise<t.PipelinesOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/pipelines`, { options });
  }

  // --- routes ---

  /** Retrieves the routes. */
  getRoutes(tenantId: string, options?: Options): Promise<t.RoutesOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/routes`, { options });
  }

  /** Replaces the routes. */
  replaceRoutes(tenantId: string, body: t.RoutesIn, options?: Options & { ifMatch?: string }): Promise<t.RoutesOut> {
    return this.call("PUT", path`/api/v1/tenants/${tenantId}/routes`, { body, keyed: true, options });
  }

  /** Replays the last messages. */
  replayRoutes(tenantId: string, body: t.RoutesReplayIn, options?: Options): Promise<t.Replay> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/routes/replay`, { body, options });
  }

  /** Tries the routes with one message. */
  tryRoutes(tenantId: string, body: t.RoutesTryIn, options?: Options): Promise<t.Trial> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/routes/try`, { body, options });
  }

  /** Lists the versions of the routes. */
  listRouteVersions(tenantId: string, options?: Options): Promise<t.RouteVersionsOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/routes/versions`, { options });
  }

  /** Restores a version of the routes. */
  restoreRouteVersion(tenantId: string, number: string, options?: Options & { ifMatch?: string }): Promise<t.RoutesOut> {
    return this.call("POST", path`/api/v1/tenants/${tenantId}/routes/versions/${number}/restore`, { keyed: true, options });
  }

  // --- sales ---

  /** Lists the sales. */
  listSales(tenantId: string, options?: Options): Promise<t.SalesOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/sales`, { options });
  }

  /** Previews sales. */
  previewSales(tenantId: string, options?: Options): Promise<t.SalesPreviewOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/sales/preview`, { options });
  }

  /** Retrieves the targets of sales. */
  getSaleTargets(tenantId: string, options?: Options): Promise<t.SaleTargetsOut> {
    return this.call("GET", path`/api/v1/tenants/${tenantId}/sales/targets`, { options });
  }

  /** Changes targets of sales. */
  replaceSaleTargets(tenantId: string, body: t.SaleTargetsIn, options?: Options): Promise<t.SaleTargetsOut> {
    return this.call("PUT", path`/api/v1/tenants/${tenantId}/sales/targets`, { body, keyed: true, options });
  }

  // --- vendor events ---

  /** Lists events for the vendor's webhooks. */
  listVendorEvents(
    query: { tenant_id?: string; status?: string; limit?: number; cursor?: string } = {},
    options?: Options,
  ): Listing<t.VendorEventOut> {
    return this.list(path`/api/v1/vendor-events`, query, options);
  }

  /** Lists an event's attempts. */
  listVendorEventAttempts(
    id: string,
    query: { limit?: number; cursor?: string } = {},
    options?: Options,
  ): Listing<t.VendorEventAttemptOut> {
    return this.list(path`/api/v1/vendor-events/${id}/attempts`, query, options);
  }

  /** Resends an event. */
  resendVendorEvent(id: string, options?: Options): Promise<t.VendorEventResentOut> {
    return this.call("POST", path`/api/v1/vendor-events/${id}/resend`, { keyed: true, options });
  }
}
