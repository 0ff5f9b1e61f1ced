/** What is wrong with a field; said when it appears. */
export const Fault = ({ id, text }: { readonly id: string; readonly text: string | undefined }) => (
  <small id={id} className="fault" role={text ? "alert" : undefined}>
    {text}
  </small>
);
