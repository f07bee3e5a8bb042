// @ts-check
// A modal dialog with a form. It reports errors, and gives the focus back when it is closed.

import { messageOf } from '../core/api.mjs'
import { button, element, fill, newId } from '../core/dom.mjs'

/**
 * @typedef {{ title: string, submit: string, isDangerous?: boolean, content: (Node | string)[],
 *   onSubmit(): Promise<void>, onError?(error: unknown): boolean | Promise<boolean> }} DialogOptions
 *   `onSubmit` rejects to keep the dialog open; `onError` resolves to whether it has reported the error itself
 */

/**
 * @param {DialogOptions} options
 * @returns {{ dialog: HTMLDialogElement, fail(message: string): void, setSubmit(text: string): void }}
 */
export function openDialog({ title, submit, isDangerous = false, content, onSubmit, onError }) {
  const id = newId('dialog')
  const failure = element('p', { class: 'form-error', role: 'alert' })
  const confirm = element(
    'button',
    { type: 'submit', class: `button ${isDangerous ? 'danger solid' : 'primary'}` },
    submit,
  )
  const cancel = button('Cancel', () => dialog.close())
  const form = element(
    'form',
    { class: 'dialog-form' },
    element('h2', { id }, title),
    ...content,
    failure,
    element('div', { class: 'dialog-actions' }, cancel, confirm),
  )
  const dialog = element('dialog', { 'aria-labelledby': id, class: 'dialog' }, form)
  const focused = document.activeElement
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus()
    else document.getElementById('main')?.focus()
  })
  const submitting = async () => {
    confirm.disabled = true
    failure.textContent = ''
    try {
      await onSubmit()
      dialog.close()
    } catch (error) {
      if (!(await onError?.(error))) failure.textContent = messageOf(error)
    } finally {
      confirm.disabled = false
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!confirm.disabled) submitting()
  })
  document.body.append(dialog)
  dialog.showModal()
  return {
    dialog,
    fail: (message) => fill(failure, message),
    setSubmit: (text) => fill(confirm, text),
  }
}
