// @ts-check
// The types of the HTTP interface.

/**
 * @typedef {{ name: string, engine: string, server?: string, keyPrefix?: string, watches: boolean, queries: boolean }} StoreInfo
 * @typedef {{ version: string, writable: boolean, stores: StoreInfo[] }} Info
 * @typedef {{ name: string, status: 'ok' | 'degraded' | 'down', latency?: number, role?: string, reason?: string }} Health
 * @typedef {{ hits: number, misses: number, entries: number, bytes: number }} CacheStats
 * @typedef {{
 *   calls: number, errors: Record<string, number>, inFlight: number, waiting: number, bytesSent: number, bytesReceived: number,
 *   reconnects: number, cache?: CacheStats, latency: { p50: number, p90: number, p99: number, max: number },
 * }} Stats
 * @typedef {{ store: string, search?: string, offset: number, limit: number, fresh?: 1 }} GroupsQuery
 * @typedef {{ groups: { traceId: string }[], total: number, truncated: boolean, at: number }} GroupsPage
 * @typedef {{ store: string, trace: string, search?: string, offset: number, limit: number, fresh?: 1 }} EntriesQuery
 * @typedef {{ key: string, type: string, size: number, ttl: number }} EntryRow
 * @typedef {{ entries: EntryRow[], total: number }} EntriesPage
 * @typedef {{ store: string, trace: string, key: string }} EntryName
 * @typedef {{
 *   traceId: string, key: string, type: string, value?: unknown, text?: string, etag: string | null, ttl: number, size: number,
 *   truncated: boolean, inexact?: boolean,
 * }} Entry
 * @typedef {{ store: string, trace?: string, filter?: unknown, sort?: unknown, limit: number, token?: string }} Query
 * @typedef {{ traceId: string, key: string, type: string, value?: unknown, truncated?: boolean, ttl?: number }} QueryItem
 * @typedef {{ items: QueryItem[], token: string | null }} QueryPage
 * @typedef {EntryName & { json: string, ttl?: number | null, ifMatch?: string, ifAbsent?: boolean }} Write
 * @typedef {{ kind: 'created' | 'updated' | 'deleted' | 'expired', traceId: string, key: string, time: number }} Change
 */

export {}
