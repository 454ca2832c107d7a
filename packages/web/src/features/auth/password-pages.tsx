export function ForgotPasswordPage() {
  return <h1>Forgot</h1>
}
export function ResetPasswordPage() {
  return <h1>Reset</h1>
}
